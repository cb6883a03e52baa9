import type { Context } from 'hono'
import { notFound, XMediaError, type XMediaErrorCode } from '../errors.ts'
import { admitAndConsumeQuota, type UploadPolicy } from '../ingress/upload-policy.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { planSegments } from '../relay/segment-plan.ts'
import { tokenFor } from '../routes/authorize.ts'
import { withBody } from '../routes/request-body.ts'
import type { UploadEnv } from '../routes/upload.ts'
import { policyFor } from '../routes/upload-policy.ts'
import { acquireLease } from '../session/acquire.ts'
import { finishSession } from '../session/finish.ts'
import { receiveChunk } from '../session/receive.ts'
import type { Lease, Session } from '../session/record.ts'
import type { CallContext } from '../x/call.ts'
import { agreed, type DeclaredChunk } from './headers.ts'
import type { ResumableInstance } from './instance.ts'
import { type FilesContext, leastBytes } from './response.ts'

export type FileId = { in: { param: { id: string } }; out: { param: { id: string } } }

/** Works on a session and lets others have it afterwards, however that ends. Answers with what it is then. */
export async function working(lease: Lease, work: () => Promise<void>): Promise<Session> {
  try {
    await work()
    return lease.session
  } finally {
    // Who has lost the lease has nothing to release, and a store that fails now is asked again by the next request.
    await lease.release().catch(() => {})
  }
}

export async function take(
  c: Context<UploadEnv, string, FileId>,
  { clock, sessions }: ResumableInstance,
): Promise<Lease> {
  const { id } = c.req.valid('param')
  const lease = await acquireLease(sessions, id, c.var.xMediaPrincipal.subject, clock)
  if (lease === undefined) throw notFound()
  return lease
}

export function contextOf(c: FilesContext, instance: ResumableInstance): CallContext {
  const { clock, deadlineMs, emit } = instance
  // Without the request's signal: what a client has sent is X's even when it is gone.
  return { token: tokenFor(c, c.var.xMediaPrincipal, instance.token), emit, deadline: clock.now() + deadlineMs }
}

export async function receive(
  c: FilesContext,
  lease: Lease,
  chunk: DeclaredChunk,
  instance: ResumableInstance,
): Promise<void> {
  refuseFailed(lease.session)
  const { offset, totalBytes: known, state, category } = lease.session
  if (chunk.offset !== offset) {
    throw new XMediaError('offset_mismatch', `The upload goes on at byte ${offset}, not at ${chunk.offset}.`, {
      members: { 'expected-offset': offset, 'provided-offset': chunk.offset },
    })
  }
  if (state === 'done') {
    if (chunk.bytes === 0) return
    throw new XMediaError('upload_completed', 'The upload is complete; nothing can be added.')
  }
  const totalBytes = agreed(known, chunk.totalBytes)
  if (totalBytes === 0) throw emptyBody()
  const policy = policyFor(c, c.var.xMediaPrincipal, instance)
  if (totalBytes !== known && totalBytes !== undefined) {
    if (totalBytes < offset) throw new XMediaError('length_inconsistent', `The upload has ${offset} bytes already.`)
    policy.checkSize(totalBytes, category)
    await lease.advance({ ...lease.session, totalBytes })
  }
  const context = contextOf(c, instance)
  if (chunk.bytes !== 0) {
    const admit = admitAndConsumeQuota(lease.session, { ...policy, consumeQuota: consumeOnce(lease, policy) })
    await receiveBytes(c, lease, chunk, { context, admit }, instance)
  }
  await finishSession(lease, context, instance.relay)
}

/** An INIT that failed is tried again by the next chunk, which is the same upload. */
function consumeOnce(lease: Lease, { consumeQuota }: UploadPolicy): UploadPolicy['consumeQuota'] {
  return async (bytes) => {
    if (lease.session.spent) return
    await consumeQuota(bytes)
    await lease.advance({ ...lease.session, spent: true })
  }
}

async function receiveBytes(
  c: FilesContext,
  lease: Lease,
  { bytes, checksum }: DeclaredChunk,
  { context, admit }: { context: CallContext; admit: ReturnType<typeof admitAndConsumeQuota> },
  instance: ResumableInstance,
): Promise<void> {
  const { offset, totalBytes } = lease.session
  if (totalBytes === undefined) {
    throw new XMediaError('length_required', 'X needs the size before the first byte: send Upload-Length by now.')
  }
  const missingBytes = totalBytes - offset
  if (bytes !== undefined && bytes > missingBytes) {
    throw new XMediaError('body_too_long', `The upload misses ${missingBytes} bytes; this chunk has ${bytes}.`)
  }
  const { segmentSize, maxSegments } = instance.relay
  const segmentBytes =
    lease.session.segmentBytes || planSegments(totalBytes, segmentSize.preferred, maxSegments).segmentBytes
  const mostBytes = lease.session.planned[0] ?? segmentBytes
  if (checksum && !(bytes !== undefined && bytes <= mostBytes)) {
    throw new XMediaError('too_large', `A chunk with a checksum needs Content-Length, and may have ${mostBytes} bytes.`)
  }
  await withBody(c, c.var.xMediaPrincipal, instance, async (body, reservation) => {
    const chunk = { body, bytes, checksum }
    const received = await receiveChunk({ lease, chunk, admit, reservation, context }, instance.relay)
    if (received.failure && lease.session.offset < totalBytes) throw received.failure
    if (lease.session.offset === offset && received.bytes > 0) {
      throw new XMediaError('piece_too_small', `Send at least ${leastBytes(lease.session)} bytes at once.`)
    }
  })
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): error is XMediaError {
  return (
    error instanceof XMediaError && (error.status >= 500 || error.code === 'upload_locked') && !FINAL.has(error.code)
  )
}

/** Told by the status of X's side, though nothing changes it. */
const FINAL: ReadonlySet<XMediaErrorCode> = new Set(['x_rejected_media'])

export function refuseFailed({ failure }: Session): void {
  if (failure) throw new XMediaError('upload_failed', `${failure.detail} Begin a new upload.`)
}
