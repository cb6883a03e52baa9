import { XMediaError } from '../errors.ts'
import { type Store, update } from '../store/store.ts'
import type { MediaCategory, MediaType } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'

/** An upload in X's own steps, which its client takes. */
export interface CompatUpload {
  /** Whose it is; it does not exist for others. */
  readonly subject: string
  readonly mediaType: MediaType
  readonly category: MediaCategory
  readonly totalBytes: number
  /** Epoch milliseconds after which X forgets it. */
  readonly expiresAt: number
  /** X's segments per segment of the client's; 0 until the first one has come. */
  readonly parts: number
  /** The client's segments, by index; null for those that have not come. */
  readonly segments: readonly (CompatSegment | null)[]
  /** `checked`: its first bytes are those of its type. `refused`: they are not. `finalizing`: FINALIZE may have been sent. */
  readonly state: 'open' | 'checked' | 'refused' | 'finalizing' | 'finalized'
  /** What FINALIZE answered. */
  readonly result?: XMediaAnswer | undefined
}

/** Its bytes, what they hash to, and whether X has acknowledged them: short, since there may be a thousand. */
export type CompatSegment = readonly [bytes: number, digest: string, acknowledged: boolean]

export interface CompatUploads {
  create(mediaId: string, upload: CompatUpload): Promise<void>
  /** A subject's upload; undefined when there is none, or it is another's. */
  find(mediaId: string, subject: string): Promise<CompatUpload | undefined>
  /** Replaces an upload by what `change` makes of it, again while others are quicker; answers what is there then. */
  change(mediaId: string, change: (upload: CompatUpload) => CompatUpload): Promise<CompatUpload>
}

export function createCompatUploads(store: Store): CompatUploads {
  return {
    async create(mediaId, upload) {
      await store.compareAndSwap(keyOf(mediaId), undefined, JSON.stringify(upload), upload.expiresAt)
    },
    async find(mediaId, subject) {
      const text = await store.get(keyOf(mediaId))
      const upload = text === undefined ? undefined : read(text)
      return upload?.subject === subject ? upload : undefined
    },
    async change(mediaId, change) {
      const text = await update(store, keyOf(mediaId), (before) => {
        if (before === undefined) throw new XMediaError('not_found', 'The upload is not there any more.')
        const after = change(read(before))
        return { text: JSON.stringify(after), expiresAt: after.expiresAt }
      })
      return read(text)
    },
  }
}

function keyOf(mediaId: string): string {
  return `wire:${mediaId}`
}

function read(text: string): CompatUpload {
  return JSON.parse(text)
}

/** Puts a segment at its index. */
export function withSegment(
  segments: CompatUpload['segments'],
  index: number,
  segment: CompatSegment | null,
): (CompatSegment | null)[] {
  const after = Array.from({ length: Math.max(segments.length, index + 1) }, (_, at) => segments[at] ?? null)
  after[index] = segment
  return after
}

/** Takes a segment away that X has certainly not got. */
export function withoutSegment(index: number): (upload: CompatUpload) => CompatUpload {
  return (upload) => {
    if (upload.segments[index]?.[2]) return upload
    const segments = withSegment(upload.segments, index, null)
    return { ...upload, segments, parts: segments.every((segment) => segment === null) ? 0 : upload.parts }
  }
}

/** Bytes of the segments that have come. */
export function sumOf(segments: CompatUpload['segments']): number {
  return segments.reduce((sum, segment) => sum + (segment?.[0] ?? 0), 0)
}

/** Whether X has acknowledged every byte, at indices without gaps. */
export function isWhole({ segments, totalBytes, state, parts }: CompatUpload): boolean {
  const isThere = (segment: CompatSegment | null, at: number) =>
    segment?.[2] && (segment[0] >= parts || at === segments.length - 1)
  return state !== 'open' && segments.every(isThere) && sumOf(segments) === totalBytes
}
