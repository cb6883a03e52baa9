import { HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import { type AbortScope, abortable } from '../lib/abort-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMedia } from '../x/schemas.ts'
import type { XClient } from '../x/x-client.ts'

/** The media that INIT created, and the size that INIT was sent. */
export interface InitializedMedia extends XMedia {
  totalBytes: number
}

/**
 * The INIT call of an upload. It starts when the first bytes have passed the checks, so that a file of the wrong type costs
 * no call, and runs while the rest of the first segment is being read.
 */
export interface Initialization {
  /** Call this with the first bytes of the body; starts INIT if the size is known. */
  onHead(head: Uint8Array<ArrayBuffer>): void
  /** Call this with each segment; starts INIT with the first one, which is the whole file if the size was unknown. */
  onSegment(segment: Uint8Array<ArrayBuffer>): void
  /** What INIT returned; rejects with the reason when the upload was refused. Call this only after the first segment. */
  result(): Promise<InitializedMedia>
}

export interface InitializationOptions {
  client: XClient
  call: CallContext
  scope: AbortScope
  /** Called as soon as X has responded. */
  onInitialized: (media: InitializedMedia) => void
}

export function createInitialization(
  source: UploadSource,
  { client, call, scope, onInitialized }: InitializationOptions,
): Initialization {
  let result: Promise<InitializedMedia> | undefined

  async function initialize(head: Uint8Array<ArrayBuffer>, totalBytes: number): Promise<InitializedMedia> {
    await source.admit?.(head, totalBytes, scope.signal)
    const { data } = await client.initialize({ ...source, totalBytes }, call)
    const media = { ...data, totalBytes }
    onInitialized(media)
    return media
  }

  function start(head: Uint8Array<ArrayBuffer>, totalBytes: number): void {
    result = abortable(initialize(head, totalBytes), scope.signal)
    // Stop reading when the upload is refused. This also handles a rejection that nobody awaits yet.
    result.catch((error: unknown) => scope.abort(error))
  }

  return {
    onHead(head) {
      if (source.totalBytes !== undefined) start(head, source.totalBytes)
    },
    onSegment(segment) {
      if (result === undefined) start(segment.slice(0, HEAD_BYTES), segment.length)
    },
    result() {
      if (result === undefined) throw new TypeError('INIT has not started: nothing has been read')
      return result
    },
  }
}
