/** The uploads the emulator holds: their bytes as the segments they came in, without copies. */

import { inferCategory, isMediaType, type MediaCategory } from '../x/limits.ts'
import type { SubtitlesRequest } from '../x/schemas.ts'
import type { Clock } from './movable-clock.ts'
import type { ProcessingTwist } from './processing.ts'
import { invalid, notFound } from './refusals.ts'

export interface Upload {
  readonly id: string
  readonly mediaKey: string
  /** Id of the user who started it. */
  readonly owner: string
  readonly mediaType: string | undefined
  readonly category: MediaCategory
  readonly totalBytes: number | undefined
  readonly additionalOwners: readonly string[]
  readonly shared: boolean
  /** Milliseconds since the epoch after which the id is worthless. */
  expiresAt: number
  /** Milliseconds since the epoch. */
  finalizedAt: number | undefined
  readonly segments: Map<number, Uint8Array<ArrayBuffer>>
  /** Bytes received. */
  size: number
  readonly twist: ProcessingTwist
  metadata: Record<string, unknown>
  readonly subtitles: SubtitlesRequest['subtitles'][]
}

export interface NewUpload {
  owner: string
  mediaType: string | undefined
  category: MediaCategory | undefined
  totalBytes: number | undefined
  additionalOwners: readonly string[] | undefined
  shared: boolean | undefined
}

export interface Uploads {
  create(upload: NewUpload): Upload
  get(id: string): Upload | undefined
  all(): Upload[]
  /** The user's own living upload; anything else is refused like an unknown id. */
  find(id: string, user: string): Upload
  /** A new id, from the same row as those of uploads. */
  issueId(): string
  clear(): void
}

/** 24 hours; 15 days for `amplify_video`. Both were seen on the live service. */
const LIFETIME_SECS = 86_400
const AMPLIFY_LIFETIME_SECS = 1_296_000

/** The media key's first part, as seen on the live service; not on record for the last two. */
const KEY_PREFIX: Readonly<Record<MediaCategory, number>> = {
  tweet_image: 3,
  dm_image: 3,
  tweet_video: 7,
  amplify_video: 13,
  tweet_gif: 16,
  dm_gif: 16,
  dm_video: 7,
  subtitles: 7,
}

/** Odd ids near 2^61: a client that reads them as numbers gets other ids. */
const FIRST_ID = 1_912_103_767_639_719_937n
const ID_STEP = 4_194_306n

export function createUploads(clock: Clock, lifetimeSecs: number | undefined): Uploads {
  const uploads = new Map<string, Upload>()
  let nextId = FIRST_ID

  function issueId(): string {
    const id = String(nextId)
    nextId += ID_STEP
    return id
  }

  return {
    create(request) {
      const { mediaType } = request
      const assumed = mediaType !== undefined && isMediaType(mediaType) ? inferCategory(mediaType) : 'tweet_image'
      const category = request.category ?? assumed
      const lifetime = lifetimeSecs ?? (category === 'amplify_video' ? AMPLIFY_LIFETIME_SECS : LIFETIME_SECS)
      const id = issueId()
      const upload: Upload = {
        id,
        mediaKey: `${KEY_PREFIX[category]}_${id}`,
        owner: request.owner,
        mediaType,
        category,
        totalBytes: request.totalBytes,
        additionalOwners: request.additionalOwners ?? [],
        shared: request.shared ?? false,
        expiresAt: clock.now() + lifetime * 1000,
        finalizedAt: undefined,
        segments: new Map(),
        size: 0,
        twist: {},
        metadata: {},
        subtitles: [],
      }
      uploads.set(id, upload)
      return upload
    },
    get: (id) => uploads.get(id),
    all: () => [...uploads.values()],
    find(id, user) {
      const upload = uploads.get(id)
      if (upload === undefined || upload.owner !== user || clock.now() >= upload.expiresAt) throw notFound()
      return upload
    },
    issueId,
    clear() {
      uploads.clear()
      nextId = FIRST_ID
    },
  }
}

/** What became of a segment's bytes. `replaced`: the index already held other bytes. */
export type Stored = 'stored' | 'repeated' | 'replaced'

export function storeSegment(upload: Upload, index: number, bytes: Uint8Array<ArrayBuffer>): Stored {
  if (upload.finalizedAt !== undefined) throw invalid('Media is already finalized.')
  const before = upload.segments.get(index)
  if (before !== undefined && isEqual(before, bytes)) return 'repeated'
  upload.segments.set(index, bytes)
  upload.size += bytes.length - (before?.length ?? 0)
  return before === undefined ? 'stored' : 'replaced'
}

/** The segments in the order of their indices. */
export function orderedSegments(upload: Upload): [index: number, bytes: Uint8Array<ArrayBuffer>][] {
  return [...upload.segments].sort(([a], [b]) => a - b)
}

/** Refuses an upload whose bytes do not add up, in the words X used in v1.1; v2's are not on record. */
export function finalize(upload: Upload, now: number): void {
  if (upload.mediaType !== undefined && !isMediaType(upload.mediaType)) throw invalid('media type unrecognized')
  const isGapless = orderedSegments(upload).every(([index], position) => index === position)
  if (upload.segments.size === 0 || !isGapless || upload.size !== upload.totalBytes) {
    throw invalid('Segments do not add up to provided total file size.')
  }
  upload.finalizedAt = now
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
