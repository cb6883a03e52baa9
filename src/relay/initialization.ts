import { HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import { type AbortScope, untilAborted } from '../lib/abort-scope.ts'
import type { CallContext } from '../x/call.ts'
import type { XMedia } from '../x/schemas.ts'
import type { XClient } from '../x/x-client.ts'

/** The media that INIT made, and the size it was told. */
export interface InitializedMedia extends XMedia {
  totalBytes: number
}

/**
 * INIT, once the first bytes have been found to be what they were declared as: a body that is something else costs no
 * call. It runs while the rest of the first segment is still coming in.
 */
export interface Initialization {
  /** To be called with the first bytes of the body. */
  onHead(head: Uint8Array<ArrayBuffer>): void
  /** To be called with the first segment; it is the whole body where the size was not known before. */
  onWhole(segment: Uint8Array<ArrayBuffer>): void
  /** What INIT answered; rejects with what refused the upload. Call only after the first segment is there. */
  media(): Promise<InitializedMedia>
}

export interface InitializationOptions {
  client: XClient
  call: CallContext
  scope: AbortScope
  /** Called as soon as X has answered. */
  onInitialized: (media: InitializedMedia) => void
}

export function createInitialization(
  source: UploadSource,
  { client, call, scope, onInitialized }: InitializationOptions,
): Initialization {
  let media: Promise<InitializedMedia> | undefined

  async function initialize(head: Uint8Array<ArrayBuffer>, totalBytes: number): Promise<InitializedMedia> {
    await source.admit?.(head, totalBytes, scope.signal)
    const { data } = await client.initialize({ ...source, totalBytes }, call)
    const opened = { ...data, totalBytes }
    onInitialized(opened)
    return opened
  }

  function open(head: Uint8Array<ArrayBuffer>, totalBytes: number): void {
    media = untilAborted(initialize(head, totalBytes), scope.signal)
    // The reading must not go on for a refused upload, and nobody may be waiting for the outcome yet.
    media.catch((error: unknown) => scope.abort(error))
  }

  return {
    onHead(head) {
      if (source.totalBytes !== undefined) open(head, source.totalBytes)
    },
    onWhole(segment) {
      if (media === undefined) open(segment.slice(0, HEAD_BYTES), segment.length)
    },
    media() {
      if (media === undefined) throw new TypeError('nothing has been read')
      return media
    },
  }
}
