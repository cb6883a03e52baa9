import { needsFirstSegment } from '../ingress/check-media.ts'
import type { MediaInspection } from '../ingress/media-check.ts'
import type { CheckedMedia } from '../ingress/media-type.ts'
import type { UploadSource } from '../ingress/upload-source.ts'
import { type AbortScope, abortable } from '../lib/abort-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMedia } from '../x/schemas.ts'
import type { XClient } from '../x/x-client.ts'

/** The media that the segments of an upload go to. */
export interface AppendTarget {
  mediaId: string
  totalBytes: number
}

/** What INIT was sent, and what it returned. */
export interface InitializedMedia extends AppendTarget, CheckedMedia {
  data: XMedia
}

/**
 * The INIT call of an upload. It starts when the first bytes have passed the checks, so that a file of the wrong type costs
 * no call, and runs while the rest of the first segment is being read. INIT has to wait for that segment where it may tell
 * more: for some GIFs, and for the inspection.
 */
export interface Initialization {
  /** Call this with the first bytes of the body; starts INIT if the size is known and they are enough to check the file. */
  onHead(head: Uint8Array<ArrayBuffer>): void
  /** Call this with each segment; the first one starts INIT otherwise. It is the whole file if the size is unknown. */
  onSegment(segment: Uint8Array<ArrayBuffer>): void
  /** The media that INIT created; rejects with the reason when the upload was refused. Call this after the first segment. */
  result(): Promise<AppendTarget>
}

/** The INIT call of an upload that has none yet. */
export interface NewInitialization extends Initialization {
  result(): Promise<InitializedMedia>
  /** Resolves when INIT has ended, or at once if it has not started. Rejects when it has failed. */
  settled(): Promise<void>
}

export interface InitializationOptions {
  client: XClient
  call: CallContext
  scope: AbortScope
  /** Gets all bytes that `onHead` and `onSegment` get. */
  inspection: MediaInspection | undefined
  /** Called as soon as X has responded. */
  onInitialized: (media: InitializedMedia) => void
}

export function createInitialization(
  source: Omit<UploadSource, 'altText'>,
  { client, call, scope, inspection, onInitialized }: InitializationOptions,
): NewInitialization {
  let result: Promise<InitializedMedia> | undefined
  /** Bytes of the first segment that the inspection has seen. */
  let seenBytes = 0

  async function initialize(start: Uint8Array<ArrayBuffer>, totalBytes: number): Promise<InitializedMedia> {
    const checked = await source.admit({ declared: source.declared(), start, totalBytes }, scope.signal, inspection)
    const { additionalOwners, shared } = source.requested()
    const { data } = await client.initialize({ ...checked, additionalOwners, shared, totalBytes }, call)
    const initialized = { ...checked, mediaId: data.id, totalBytes, data }
    onInitialized(initialized)
    return initialized
  }

  function begin(start: Uint8Array<ArrayBuffer>, totalBytes: number): void {
    result = abortable(initialize(start, totalBytes), scope.signal)
    // Stop reading when the upload is refused. This also handles a rejection that nobody awaits yet.
    result.catch((error: unknown) => scope.abort(error))
  }

  return {
    onHead(head) {
      const { totalBytes } = source
      inspection?.push(head)
      seenBytes = head.length
      if (totalBytes === undefined || needsFirstSegment(source.declared(), head) || inspection?.needsFirstSegment())
        return
      begin(head, totalBytes)
    },
    onSegment(segment) {
      inspection?.push(segment.subarray(seenBytes))
      seenBytes = 0
      if (result === undefined) begin(segment, source.totalBytes ?? segment.length)
    },
    result() {
      if (result === undefined) throw new TypeError('INIT has not started: nothing has been read')
      return result
    },
    async settled() {
      await result
    },
  }
}
