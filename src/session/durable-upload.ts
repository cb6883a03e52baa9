import { XMediaError } from '../errors.ts'
import type { WatchedReader } from '../ingress/byte-reader.ts'
import { readDeclaredMedia } from '../ingress/media-type.ts'
import { admitAndConsumeQuota, type UploadPolicy } from '../ingress/upload-policy.ts'
import { sleep } from '../lib/clock.ts'
import { toHex } from '../lib/encoding.ts'
import type { Relayed, RelayOptions } from '../relay/relay.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../relay/segment-plan.ts'
import type { Store } from '../store/store.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { finishSession, markFailed } from './finish.ts'
import { type Lease, tryLease, withLease } from './lease.ts'
import { receiveChunk } from './receive.ts'
import { addSession, type Session } from './record.ts'

/** An upload of the app's own that another process can continue. */
export interface DurableUpload {
  sessionId: string
  policy: UploadPolicy
  /** Describes the upload when it begins. */
  describe(): Promise<NewSession>
  /** Reads the source from the byte where X stands. */
  open(session: Session): WatchedReader
}

/** What a session begins with. */
export type NewSession = Pick<
  Session,
  'subject' | 'declaredType' | 'category' | 'totalBytes' | 'sourceVersion' | 'additionalOwners' | 'shared' | 'altText'
>

/** How long an upload without bytes is kept, in milliseconds: one hour. */
const UNUSED_EXPIRY_MS = 3_600_000

/** The pause before the second attempt to get the lease of an upload that another caller works on, in milliseconds. */
const FIRST_PAUSE_MS = 50
/** A waiting Worker may make a thousand requests to its store: with this pause, enough for half an hour. Milliseconds. */
const MAX_PAUSE_MS = 2000

/** The id of the session of an app's upload. It has a form that no id in a URL has, so that no client finds it. */
export async function sessionIdFor(subject: string, id: string): Promise<string> {
  const name = new TextEncoder().encode(JSON.stringify([subject, id]))
  return `own:${toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', name)))}`
}

/**
 * Begins an upload, continues it from the byte that X acknowledged, or returns the media of a finished one. While another
 * caller works on it, waits for its end. Throws what made the upload fail, also later, for as long as its session is kept.
 */
export async function uploadDurably(
  upload: DurableUpload,
  store: Store,
  context: CallContext,
  options: RelayOptions,
): Promise<Relayed> {
  const lease = await leaseOf(upload, store, context, options)
  const session = await withLease(lease, async () => {
    throwIfFailed(lease.session)
    try {
      const { offset, totalBytes = 0 } = lease.session
      if (offset < totalBytes) await sendRest(lease, upload, context, options)
      await finishSession(lease, context, upload.policy, options)
    } catch (error) {
      await forgetOrFail(lease, error)
      throw error
    }
  })
  if (session.result === undefined) throw new TypeError('an upload without an error must have a result')
  return { answer: session.result, findings: session.findings ?? {} }
}

/** Takes the lease of an upload, and creates its session if it has none. */
async function leaseOf(
  { sessionId, describe }: DurableUpload,
  store: Store,
  { signal }: CallContext,
  { clock }: RelayOptions,
): Promise<Lease> {
  for (let pauseMs = FIRST_PAUSE_MS; ; ) {
    const lease = await tryLease(store, sessionId, clock)
    if (lease === 'held') {
      await sleep(clock, pauseMs, signal)
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)
    } else if (lease === undefined) {
      await addSession(store, newSession(sessionId, await describe(), clock.now() + UNUSED_EXPIRY_MS))
    } else return lease
  }
}

function newSession(id: string, begun: NewSession, expiresAt: number): Session {
  return { id, ...begun, offset: 0, nextSegment: 0, segmentBytes: 0, planned: [], expiresAt, state: 'open' }
}

async function sendRest(
  lease: Lease,
  upload: DurableUpload,
  context: CallContext,
  options: RelayOptions,
): Promise<void> {
  const { session } = lease
  const declared = readDeclaredMedia(session.declaredType, session.category)
  const { policy } = upload
  const admit = admitAndConsumeQuota(session, policy)
  const { beginInspection } = policy
  const reservation = options.memory.reserve(options.memory.cost(MIN_UPLOAD_BUFFER_BYTES))
  try {
    const chunk = { body: upload.open(session), bytes: undefined }
    const { failure } = await receiveChunk(
      { lease, declared, chunk, admit, beginInspection, reservation, context },
      options,
    )
    if (failure) throw failure
  } finally {
    reservation.close()
  }
}

function throwIfFailed({ failure }: Session): void {
  if (!failure) return
  const { code, detail, ...options } = failure
  throw new XMediaError(code, detail, options)
}

/** After an error, forgets an upload that X knows nothing of, and gives up one whose source is not the same any more. */
async function forgetOrFail(lease: Lease, error: unknown): Promise<void> {
  const { mediaId, state } = lease.session
  if (mediaId === undefined) await lease.remove().catch(() => {})
  else if (state === 'open' && isLasting(error)) await markFailed(lease, error).catch(() => {})
}

/** Whether X may have bytes that the rest of the source does not belong to. */
function isLasting(error: unknown): error is XMediaError {
  return error instanceof XMediaError && (error.code === 'source_changed' || error.code === 'body_too_long')
}
