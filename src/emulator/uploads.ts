/** The uploads the emulator holds, each as the segments it came in. */

import { inferCategory, isMediaType, MEDIA_EXPIRY_SECS, type MediaCategory } from '../x/limits.ts'
import type { SubtitlesRequest } from '../x/schemas.ts'
import { badRequest, mediaNotFound } from './api-responses.ts'
import type { ProcessingOverrides } from './processing.ts'
import { concat } from './read-bytes.ts'

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
  /** When the id expires, in milliseconds since the epoch. */
  expiresAt: number
  /** In milliseconds since the epoch; undefined before FINALIZE. */
  finalizedAt: number | undefined
  /** Bytes by segment index. */
  readonly segments: Map<number, Uint8Array<ArrayBuffer>>
  /** Bytes received. */
  size: number
  readonly processingOverrides: ProcessingOverrides
  readonly metadata: Record<string, unknown>
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
  /** The upload, if this user started it and it has not expired. Throws the same error for all others. */
  getOwned(id: string, user: string): Upload
  /** A new id, from the sequence that uploads use. */
  issueId(): string
  clear(): void
}

/** 15 days, as seen on the live service. */
const AMPLIFY_VIDEO_EXPIRY_SECS = 1_296_000

/** The first part of a media key, as seen on the live service; not on record for `dm_video` and `subtitles`. */
const MEDIA_KEY_PREFIX: Readonly<Record<MediaCategory, number>> = {
  tweet_image: 3,
  dm_image: 3,
  tweet_video: 7,
  amplify_video: 13,
  tweet_gif: 16,
  dm_gif: 16,
  dm_video: 7,
  subtitles: 7,
}

/** Odd ids near 2^61: a client that reads one as a number gets a different id. */
const FIRST_ID = 1_912_103_767_639_719_937n
const ID_STEP = 4_194_306n

export function createUploads(now: () => number, lifetimeSecs: number | undefined): Uploads {
  const uploads = new Map<string, Upload>()
  let nextId = FIRST_ID

  function issueId(): string {
    const id = String(nextId)
    nextId += ID_STEP
    return id
  }

  return {
    create(request) {
      const { owner, mediaType, totalBytes, additionalOwners = [], shared = false } = request
      const category = request.category ?? inferredCategory(mediaType)
      const lifetime = lifetimeSecs ?? (category === 'amplify_video' ? AMPLIFY_VIDEO_EXPIRY_SECS : MEDIA_EXPIRY_SECS)
      const id = issueId()
      const upload: Upload = {
        id,
        mediaKey: `${MEDIA_KEY_PREFIX[category]}_${id}`,
        owner,
        mediaType,
        category,
        totalBytes,
        additionalOwners,
        shared,
        expiresAt: now() + lifetime * 1000,
        finalizedAt: undefined,
        segments: new Map(),
        size: 0,
        processingOverrides: {},
        metadata: {},
        subtitles: [],
      }
      uploads.set(id, upload)
      return upload
    },
    get: (id) => uploads.get(id),
    all: () => [...uploads.values()],
    getOwned(id, user) {
      const upload = uploads.get(id)
      if (upload === undefined || upload.owner !== user || now() >= upload.expiresAt) throw mediaNotFound()
      return upload
    },
    issueId,
    clear() {
      uploads.clear()
      nextId = FIRST_ID
    },
  }
}

function inferredCategory(mediaType: string | undefined): MediaCategory {
  return mediaType !== undefined && isMediaType(mediaType) ? inferCategory(mediaType) : 'tweet_image'
}

/** Whether a segment was new, was there already, or `replaced` other bytes under the same index. */
export type StoreOutcome = 'stored' | 'repeated' | 'replaced'

export function storeSegment(upload: Upload, index: number, bytes: Uint8Array<ArrayBuffer>): StoreOutcome {
  if (upload.finalizedAt !== undefined) throw badRequest('Media is already finalized.')
  const previous = upload.segments.get(index)
  if (previous !== undefined && equalBytes(previous, bytes)) return 'repeated'
  upload.segments.set(index, bytes)
  upload.size += bytes.length - (previous?.length ?? 0)
  return previous === undefined ? 'stored' : 'replaced'
}

/** The segments, sorted by index. */
export function orderedSegments(upload: Upload): [index: number, bytes: Uint8Array<ArrayBuffer>][] {
  return [...upload.segments].sort(([a], [b]) => a - b)
}

/** All bytes received, in the order of the segments. */
export function bytesOf(upload: Upload): Uint8Array<ArrayBuffer> {
  return concat(
    orderedSegments(upload).map(([, bytes]) => bytes),
    upload.size,
  )
}

/** Marks an upload as finalized, or refuses it in the words of X's v1.1; those of v2 are not on record. */
export function markFinalized(upload: Upload, now: number): void {
  if (upload.mediaType !== undefined && !isMediaType(upload.mediaType)) throw badRequest('media type unrecognized')
  const isGapless = orderedSegments(upload).every(([index], position) => index === position)
  if (upload.segments.size === 0 || !isGapless || upload.size !== upload.totalBytes) {
    throw badRequest('Segments do not add up to provided total file size.')
  }
  upload.finalizedAt = now
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
