import { notFound, XMediaError, type XMediaErrorCode, type XMediaErrorOptions } from '../errors.ts'
import { isRecord } from '../lib/is-record.ts'
import type { MediaFindings } from '../media-facts.ts'
import type { Store } from '../store/store.ts'
import { formatVersioned, parseVersioned } from '../store/versioned-record.ts'
import { isMediaCategory, type MediaCategory } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'

/** The protocols for resumable uploads. Both can be spoken about the same upload. */
export type Protocol = 'tus' | 'ietf'

/** The state of a resumable upload: everything that another process needs to continue it. */
export interface Session {
  readonly id: string
  /** The user who uploads. For anyone else the session does not exist. */
  readonly subject: string
  /** The protocol that created the upload. Undefined counts as tus: 0.1.0 did not store it. */
  readonly protocol?: Protocol | undefined
  /** The media type as the client declared it: in lower case, without parameters; empty if it declared none. */
  readonly declaredType: string
  /** The category that the client declared; from INIT on, the one that INIT was sent. */
  readonly category?: MediaCategory | undefined
  readonly additionalOwners?: readonly string[] | undefined
  readonly shared?: boolean | undefined
  readonly altText?: string | undefined
  /** `Upload-Metadata` as the client sent it. */
  readonly metadata?: string | undefined
  /** The version of the app's own source, such as an ETag. Another one must not continue the upload. */
  readonly sourceVersion?: string | undefined
  /** Undefined until the client has sent it. */
  readonly totalBytes?: number | undefined
  /** Undefined until INIT, which waits for the first bytes. */
  readonly mediaId?: string | undefined
  /** Bytes that X has acknowledged without gaps. The client continues here. */
  readonly offset: number
  /** The index of the segment that starts at `offset`. */
  readonly nextSegment: number
  /** Bytes of a full segment; 0 until the first chunk. */
  readonly segmentBytes: number
  /**
   * Sizes in bytes of the segments from `nextSegment` on that X may already have. Whatever happens, these indices carry
   * these bytes: the sizes are stored before a segment is sent.
   */
  readonly planned: readonly number[]
  /** What the inspection of the first `offset` bytes has saved. */
  readonly inspection?: unknown
  /** Epoch milliseconds: before INIT when an unused session expires, afterwards when X forgets the media. */
  readonly expiresAt: number
  /** `finalizing`: FINALIZE may have been sent. If there is a `result`, it has succeeded. */
  readonly state: 'open' | 'finalizing' | 'done' | 'failed'
  /** X's answer to FINALIZE. Once `done`, the alternative text has been set too. */
  readonly result?: XMediaAnswer | undefined
  /** What the inspection has found. Undefined until it is finished. */
  readonly findings?: MediaFindings | undefined
  /** Whether the upload already counts towards its subject's quota. */
  readonly quotaConsumed?: boolean | undefined
  /** Epoch milliseconds of the next attempt to finalize, after one has failed. */
  readonly finalizeAt?: number | undefined
  /** Why the upload has failed. */
  readonly failure?: ({ code: XMediaErrorCode; detail: string } & Pick<XMediaErrorOptions, 'members'>) | undefined
}

/** A session and its lease, as the store keeps them. */
export interface SessionRecord {
  session: Session
  /** Counts the leases of the session, so that a holder sees that it has lost its own. */
  fence: number
  /** Epoch milliseconds at which the lease ends; 0 when nobody holds it. */
  leasedUntil: number
  /** Epoch milliseconds until which another request waits for the lease; 0 when none does. */
  wantedUntil: number
}

const KEY_PREFIX = 'session:'

export function sessionKey(id: string): string {
  return KEY_PREFIX + id
}

export function isSessionKey(key: string): boolean {
  return key.startsWith(KEY_PREFIX)
}

/** Creates a session whose id is new. */
export async function createSession(store: Store, session: Session): Promise<void> {
  if (await addSession(store, session)) return
  // A client of a store sends a command again when it lost the answer: then the session is ours.
  const stored = await store.get(sessionKey(session.id))
  if (stored !== newRecord(session)) throw new TypeError(`a session with the id ${session.id} already exists`)
}

/** Creates a session unless there is one with its id. Resolves to whether it did. */
export async function addSession(store: Store, session: Session): Promise<boolean> {
  return await store.compareAndSwap(sessionKey(session.id), undefined, newRecord(session), session.expiresAt)
}

function newRecord(session: Session): string {
  return formatRecord({ session, fence: 0, leasedUntil: 0, wantedUntil: 0 })
}

/** Finds a session. Throws `upload_failed` when its record cannot be read. */
export async function readSession(store: Store, id: string): Promise<Session | undefined> {
  const text = await store.get(sessionKey(id))
  return text === undefined ? undefined : readRecord(text).session
}

/** Finds a subject's session. Throws `not_found` when there is none or it belongs to someone else. */
export async function findSession(store: Store, id: string, subject: string): Promise<Session> {
  const session = await readSession(store, id)
  if (session?.subject !== subject) throw notFound()
  return session
}

/**
 * The format of the stored sessions. Version 1, of 0.1.0, says `spent` for `quotaConsumed`, and `mediaType` for
 * `declaredType`.
 */
const VERSION = 2

export function formatRecord(record: SessionRecord): string {
  return formatVersioned(VERSION, record)
}

/** Parses a stored session. Undefined when a newer release wrote it, or when it is damaged. */
export function parseRecord(text: string): SessionRecord | undefined {
  const stored = parseVersioned(text, VERSION)
  const record = stored?.version === 1 ? upgrade(stored.members) : stored?.members
  return isSessionRecord(record) ? record : undefined
}

/** Parses a stored session, or throws `upload_failed`. */
export function readRecord(text: string): SessionRecord {
  const record = parseRecord(text)
  if (record !== undefined) return record
  throw new XMediaError('upload_failed', 'This server cannot read the state of this upload; start a new upload.')
}

function upgrade({ session, ...lease }: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(session)) return {}
  const { spent: quotaConsumed, mediaType: declaredType, ...same } = session
  return { ...lease, session: { ...same, declaredType, quotaConsumed } }
}

function isSessionRecord(value: unknown): value is SessionRecord {
  return isRecord(value) && hasNumbers(value, ['fence', 'leasedUntil', 'wantedUntil']) && isSession(value['session'])
}

/** Checks the members that no session is without. */
function isSession(value: unknown): value is Session {
  if (!isRecord(value)) return false
  const { id, subject, declaredType, category, planned, state } = value
  return (
    typeof id === 'string' &&
    typeof subject === 'string' &&
    typeof declaredType === 'string' &&
    (category === undefined || (typeof category === 'string' && isMediaCategory(category))) &&
    hasNumbers(value, ['offset', 'nextSegment', 'segmentBytes', 'expiresAt']) &&
    Array.isArray(planned) &&
    planned.every((bytes) => typeof bytes === 'number') &&
    (state === 'open' || state === 'finalizing' || state === 'done' || state === 'failed')
  )
}

function hasNumbers(value: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'number')
}
