import { HEAD_BYTES, type UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import type { XClient } from '../x/client.ts'
import { type Ending, untilAborted } from '../x/ending.ts'
import type { XMedia } from '../x/schemas.ts'

/** The media that INIT made, and the size it was told. */
export interface OpenedMedia extends XMedia {
  totalBytes: number
}

/**
 * INIT, once the first bytes have been found to be what they were declared as: a body that is something else costs no
 * call. It runs while the rest of the first segment is still coming in.
 */
export interface Opening {
  /** To be called with the first bytes of the body. */
  onHead(head: Uint8Array<ArrayBuffer>): void
  /** To be called with the first segment; it is the whole body where the size was not known before. */
  onWhole(segment: Uint8Array<ArrayBuffer>): void
  /** What INIT answered; rejects with what refused the upload. Call only after the first segment is there. */
  media(): Promise<OpenedMedia>
}

export interface OpeningOptions {
  client: XClient
  call: CallContext
  ending: Ending
  /** Called as soon as X has answered. */
  onOpened: (media: OpenedMedia) => void
}

export function createOpening(source: UploadSource, { client, call, ending, onOpened }: OpeningOptions): Opening {
  let media: Promise<OpenedMedia> | undefined

  async function initialize(head: Uint8Array<ArrayBuffer>, totalBytes: number): Promise<OpenedMedia> {
    await source.check?.(head, totalBytes, ending.signal)
    const { data } = await client.initialize({ ...source, totalBytes }, call)
    const opened = { ...data, totalBytes }
    onOpened(opened)
    return opened
  }

  function open(head: Uint8Array<ArrayBuffer>, totalBytes: number): void {
    media = untilAborted(initialize(head, totalBytes), ending.signal)
    // The reading must not go on for a refused upload, and nobody may be waiting for the outcome yet.
    media.catch((error: unknown) => ending.end(error))
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
