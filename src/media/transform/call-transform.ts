import { XMediaError } from '../../errors.ts'
import type { TransformCall } from '../../ingress/media-check.ts'
import type { MediaFacts } from '../../media-facts.ts'
import type { TransformedRequest } from '../../options.ts'
import type { ImageInMemory } from './image-in-memory.ts'
import type { TransformImage } from './options.ts'
import { type ResultOptions, readResult } from './read-result.ts'

export interface CallerOptions extends Pick<TransformedRequest, 'c' | 'principal'>, Pick<ResultOptions, 'limitFor'> {
  transform: TransformImage
}

/** Makes another image of one, or resolves to the same. */
export type CallTransform = (
  original: ImageInMemory<Uint8Array<ArrayBuffer>>,
  facts: MediaFacts,
  call: TransformCall & Pick<ResultOptions, 'hold'>,
) => Promise<ImageInMemory>

/** Calls the app's `transform`, and reports what it does. */
export function createCaller({ transform, c, principal, limitFor }: CallerOptions): CallTransform {
  return async function callTransform(original, facts, { signal, emit, hold }) {
    const { category } = original.declared
    const fromBytes = original.bytes.length
    try {
      const result = await transform(original.bytes, facts, { c, principal, signal })
      if (result === undefined) return original
      if (typeof result === 'string') throw new XMediaError('content_refused', result)
      const holdBoth = (bytes: number) => hold(fromBytes + bytes)
      const image = await readResult(result, { category, limitFor, hold: holdBoth, signal })
      const mediaType = image.declared.declaredType
      emit({ type: 'transformed', mediaType, fromBytes, toBytes: image.bytes.length })
      return image
    } catch (error) {
      // If the upload has ended, its own failure is reported, and the transform has only stopped because of it.
      if (error instanceof XMediaError || signal.aborted) throw error
      const reason = String(error)
      emit({ type: 'transform_failed', reason })
      const detail = 'This server could not convert the image. It may be damaged: save it as JPEG, and send that.'
      throw new XMediaError('transform_failed', detail, { note: 'transform threw.', cause: error })
    }
  }
}
