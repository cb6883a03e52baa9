import { notFound } from '../errors.ts'
import { isRecord } from '../lib/is-record.ts'
import { type Store, update } from '../store/store.ts'
import { formatVersioned, parseVersioned } from '../store/versioned-record.ts'
import { isMediaCategory, isMediaType, type MediaCategory, type MediaType } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'

/** The state of an upload whose client sends INIT, APPEND and FINALIZE itself. */
export interface CompatUpload {
  /** The owner. To anyone else the upload does not exist. */
  readonly subject: string
  readonly mediaType: MediaType
  /** The media type as the client declared it; absent from records of 0.1.0. */
  readonly declaredType?: string | undefined
  readonly category: MediaCategory
  readonly totalBytes: number
  readonly additionalOwners?: readonly string[] | undefined
  readonly shared?: boolean | undefined
  /** X's `media_key`, if INIT told it. */
  readonly mediaKey?: string | undefined
  /** Epoch milliseconds after which X forgets the upload. */
  readonly expiresAt: number
  /** X segments per client segment; 0 until the first client segment arrives. */
  readonly parts: number
  /** The client's segments by index; null for those that have not arrived. */
  readonly segments: readonly (CompatSegment | null)[]
  readonly state: CompatUploadState
  /** The bytes of all APPENDs, repeated ones too. Absent from records of 0.1.0. */
  readonly relayedBytes?: number | undefined
  /** What the inspection of the first segments has saved, as far as they came in order. */
  readonly inspection?: unknown
  /** X's answer to FINALIZE. */
  readonly result?: XMediaAnswer | undefined
  /** The steps that requests are taking at the moment: the indices of segments, and `finalize`. */
  readonly claims?: Readonly<Record<string, CompatClaim>> | undefined
}

/** Who takes a step, and the epoch milliseconds at which anyone else may. */
export type CompatClaim = readonly [token: string, until: number]

/**
 * - `open`: waiting for the first segment.
 * - `checked`: the first segment matches the media type.
 * - `refused`: it does not; nothing more is accepted.
 * - `finalizing`: X may have received FINALIZE.
 * - `finalized`: X has answered it.
 */
export type CompatUploadState = (typeof STATES)[number]

const STATES = ['open', 'checked', 'refused', 'finalizing', 'finalized'] as const

/** A client segment: its size, its digest, and whether X has all of it. A tuple, because an upload can have 10,000. */
export type CompatSegment = readonly [bytes: number, digest: string, acknowledged: boolean]

/** The uploads in a store, by media id. */
export interface CompatUploads {
  create(mediaId: string, upload: CompatUpload): Promise<void>
  /** The subject's upload; undefined for an unknown id and for someone else's. */
  find(mediaId: string, subject: string): Promise<CompatUpload | undefined>
  /**
   * Replaces an upload by the outcome of `change`, and resolves to it. Calls `change` again when another request wrote
   * first. Throws `not_found` for an unknown id.
   */
  change(mediaId: string, change: (current: CompatUpload) => CompatUpload): Promise<CompatUpload>
}

export function createCompatUploads(store: Store): CompatUploads {
  return {
    async create(mediaId, upload) {
      await store.compareAndSwap(keyOf(mediaId), undefined, serialize(upload), upload.expiresAt)
    },
    async find(mediaId, subject) {
      const upload = parse(await store.get(keyOf(mediaId)))
      return upload?.subject === subject ? upload : undefined
    },
    async change(mediaId, change) {
      const text = await update(store, keyOf(mediaId), (before) => {
        const after = change(parse(before) ?? fail())
        return { text: serialize(after), expiresAt: after.expiresAt }
      })
      return parse(text) ?? fail()
    },
  }
}

/** The subject's upload. Throws `not_found` for an unknown id and for someone else's. */
export async function findUpload(
  mediaId: string,
  subject: string,
  compatUploads: Pick<CompatUploads, 'find'>,
): Promise<CompatUpload> {
  return (await compatUploads.find(mediaId, subject)) ?? fail()
}

function fail(): never {
  throw notFound()
}

/** Version 0.1.0 wrote this prefix: with another one, uploads in progress would not survive an upgrade. */
function keyOf(mediaId: string): string {
  return `wire:${mediaId}`
}

/** The format of the stored uploads. Version 1, of 0.1.0, has no other members. */
const VERSION = 2

function serialize(upload: CompatUpload): string {
  return formatVersioned(VERSION, upload)
}

/** Parses a stored upload. One that is damaged, or that a newer release wrote, counts as unknown. */
function parse(text: string | undefined): CompatUpload | undefined {
  const upload = text === undefined ? undefined : parseVersioned(text, VERSION)?.members
  return isCompatUpload(upload) ? upload : undefined
}

function isCompatUpload(value: unknown): value is CompatUpload {
  if (!isRecord(value)) return false
  const {
    subject,
    mediaType,
    declaredType = mediaType,
    category,
    totalBytes,
    expiresAt,
    parts,
    segments,
    state,
    result,
    relayedBytes = 0,
    claims = {},
  } = value
  return (
    typeof subject === 'string' &&
    typeof mediaType === 'string' &&
    isMediaType(mediaType) &&
    typeof declaredType === 'string' &&
    typeof category === 'string' &&
    isMediaCategory(category) &&
    [totalBytes, expiresAt, parts, relayedBytes].every((member) => typeof member === 'number') &&
    Array.isArray(segments) &&
    segments.every((segment) => segment === null || Array.isArray(segment)) &&
    STATES.some((known) => known === state) &&
    (result === undefined || (isRecord(result) && isRecord(result['data']))) &&
    isRecord(claims) &&
    Object.values(claims).every((claim) => Array.isArray(claim))
  )
}

/** Whether an upload accepts segments. */
export function isOpen({ state }: CompatUpload): boolean {
  return state === 'open' || state === 'checked'
}

/** The segments with `segment` at `index`. */
export function setSegment(
  segments: CompatUpload['segments'],
  index: number,
  segment: CompatSegment | null,
): (CompatSegment | null)[] {
  const length = Math.max(segments.length, index + 1)
  return Array.from({ length }, (_, at) => (at === index ? segment : (segments[at] ?? null)))
}

/** Forgets a segment of which X has nothing. */
export function removeSegment(upload: CompatUpload, index: number): CompatUpload {
  const others = setSegment(upload.segments, index, null)
  // Places that nothing came after would stay gaps.
  const segments = others.slice(0, others.findLastIndex((segment) => segment !== null) + 1)
  return { ...upload, segments, parts: segments.length === 0 ? 0 : upload.parts }
}

export function receivedBytes(segments: CompatUpload['segments']): number {
  return segments.reduce((sum, segment) => sum + (segment?.[0] ?? 0), 0)
}

/** Whether X has acknowledged every byte, under indices without gaps. */
export function isComplete({ segments, totalBytes, state, parts }: CompatUpload): boolean {
  const isSent = (segment: CompatSegment | null, index: number) =>
    segment?.[2] && (segment[0] >= parts || index === segments.length - 1)
  return state !== 'open' && segments.every(isSent) && receivedBytes(segments) === totalBytes
}
