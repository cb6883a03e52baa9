import type { Handler } from 'hono'
import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import { possibleCategories } from '../ingress/check-media.ts'
import { type DeclaredMedia, readDeclaredMedia } from '../ingress/media-type.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import { admitAndConsumeQuota, type UploadPolicy } from '../ingress/upload-policy.ts'
import { emptyBody, HEAD_BYTES } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { planSegments } from '../relay/segment-plan.ts'
import { tokenFor } from '../routes/authorize.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { withBody } from '../routes/request-body.ts'
import { chunkTooLong } from '../session/chunk.ts'
import { finishSession } from '../session/finish.ts'
import { type Lease, withLease } from '../session/lease.ts'
import { type IncomingChunk, receiveChunk } from '../session/receive.ts'
import type { Session } from '../session/record.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { consistentLength, type DeclaredChunk, readAppend } from './headers.ts'
import type { ResumableContext, ResumableEnv } from './protocol-headers.ts'
import { uploadResponse } from './response.ts'
import { acquireUpload, type UploadContext, type UploadId } from './upload-id.ts'

/** PATCH: adds a chunk to an upload. */
export function patchUpload(instance: Instance): Handler<ResumableEnv, string, UploadId> {
  return async function patchUpload(c: UploadContext) {
    checkFraming(c.req.raw.headers)
    const chunk = readAppend(c.req.raw)
    const lease = await acquireUpload(c, instance)
    const session = await withLease(lease, () => acceptChunk(c, lease, chunk, instance))
    return await uploadResponse(c, session, 204, instance)
  }
}

/** Checks a chunk against the session, sends it to X, and finalizes the upload when it was the last one. */
export async function acceptChunk(
  c: ResumableContext,
  lease: Lease,
  chunk: DeclaredChunk,
  instance: Instance,
): Promise<void> {
  throwIfFailed(lease.session)
  const { offset, state, declaredType, category } = lease.session
  if (chunk.offset !== offset) throw offsetMismatch(offset, chunk.offset)
  if (state === 'done') {
    if (chunk.bytes === 0) return
    throw new XMediaError('upload_completed', 'This upload is complete and takes no more bytes.')
  }
  const policy = policyFor(c, c.var.xMediaPrincipal, instance)
  const declared = readDeclaredMedia(declaredType, category)
  await updateLength(lease, declared, chunk.totalBytes, policy)
  const context = callContext(c, instance)
  if (chunk.bytes !== 0) {
    const countCall = () => instance.calls.consume(c.var.xMediaPrincipal.subject, 0)
    const consumeQuota = consumeQuotaOnce(lease, policy, countCall)
    const admit = admitAndConsumeQuota(lease.session, { ...policy, consumeQuota })
    const { beginInspection } = policy
    await sendBody(c, chunk, { lease, declared, admit, beginInspection, context }, instance)
  }
  await finishSession(lease, context, policy, instance.relay)
}

/** Stores the length of the upload when a chunk is the first to declare it. */
async function updateLength(
  lease: Lease,
  declared: DeclaredMedia,
  declaredBytes: number | undefined,
  policy: UploadPolicy,
): Promise<void> {
  const { totalBytes: known, offset } = lease.session
  const totalBytes = consistentLength(known, declaredBytes)
  if (totalBytes === 0) throw emptyBody()
  if (totalBytes === undefined || totalBytes === known) return
  if (totalBytes < offset) {
    throw new XMediaError(
      'length_inconsistent',
      `The upload already has ${formatBytes(offset)}, more than ${formatBytes(totalBytes)}.`,
    )
  }
  policy.checkSize(totalBytes, possibleCategories(declared))
  await lease.update({ totalBytes })
}

/** When INIT has failed, the next chunk tries it again. The upload must not count twice, but that call does. */
function consumeQuotaOnce(
  lease: Lease,
  { consumeQuota }: UploadPolicy,
  countCall: () => Promise<void>,
): UploadPolicy['consumeQuota'] {
  return async (bytes) => {
    if (lease.session.quotaConsumed) return await countCall()
    // First, for the request may end during either, and a lease that it has released takes no changes.
    await lease.update({ quotaConsumed: true })
    await consumeQuota(bytes).catch(async (error: unknown) => {
      await lease.update({ quotaConsumed: false })
      throw error
    })
  }
}

async function sendBody(
  c: ResumableContext,
  { bytes, checksum }: DeclaredChunk,
  incoming: Omit<IncomingChunk, 'chunk' | 'reservation'>,
  instance: Instance,
): Promise<void> {
  const { lease } = incoming
  const { offset, totalBytes, planned } = lease.session
  if (totalBytes === undefined) {
    throw new XMediaError('length_required', 'X needs the size before the first byte: send `Upload-Length` now.')
  }
  const missingBytes = totalBytes - offset
  if (bytes !== undefined && bytes > missingBytes) throw chunkTooLong(missingBytes, bytes)
  if (checksum) {
    const { segmentSize, maxSegments } = instance.relay
    const full = lease.session.segmentBytes || planSegments(totalBytes, segmentSize.preferred, maxSegments).segmentBytes
    checkChecksumSize(bytes, planned[0] ?? full)
  }
  await withBody(c, c.var.xMediaPrincipal, instance, async (body, reservation) => {
    const received = await receiveChunk({ ...incoming, chunk: { body, bytes, checksum }, reservation }, instance.relay)
    if (received.failure && lease.session.offset < totalBytes) throw received.failure
    if (lease.session.offset === offset && received.bytes > 0) throw chunkTooSmall(lease.session)
  })
}

/** A chunk is verified before X gets any of it, so it must fit into one segment. */
function checkChecksumSize(bytes: number | undefined, maxBytes: number): void {
  if (bytes !== undefined && bytes <= maxBytes) return
  throw new XMediaError(
    'too_large',
    `A chunk with a checksum needs \`Content-Length\`, and may have up to ${formatBytes(maxBytes)}.`,
  )
}

/** The context for calls to X. It has no signal: bytes that have arrived go to X even if the client disconnects. */
export function callContext(
  c: ResumableContext,
  { clock, deadlineMs, token }: Pick<Instance, 'clock' | 'deadlineMs' | 'token'>,
): CallContext {
  const { emit } = c.var.xMediaObserver
  return { token: tokenFor(c, c.var.xMediaPrincipal, token), emit, deadline: clock.now() + deadlineMs }
}

/** Errors of the server that will not pass: X does not change its mind about a file, nor the app its set-up. */
const LASTING: readonly XMediaErrorCode[] = ['x_rejected_media', 'misconfigured']

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): error is XMediaError {
  if (!(error instanceof XMediaError) || LASTING.includes(error.code)) return false
  return error.status >= 500 || error.code === 'upload_locked'
}

export function throwIfFailed({ failure }: Session): void {
  if (failure) throw new XMediaError('upload_failed', `${failure.detail} Start a new upload.`)
}

function offsetMismatch(expected: number, provided: number): XMediaError {
  return new XMediaError('offset_mismatch', `This upload continues at byte ${expected}, not at ${provided}.`, {
    members: { 'expected-offset': expected, 'provided-offset': provided },
  })
}

function chunkTooSmall(session: Session): XMediaError {
  return new XMediaError(
    'piece_too_small',
    `The chunk is too small to use; send at least ${formatBytes(minChunkBytes(session))}.`,
  )
}

/** The fewest bytes that the next chunk must have for X to get any of them. */
function minChunkBytes({ offset, planned, segmentBytes, totalBytes = Infinity }: Session): number {
  return planned[0] ?? Math.min(offset === 0 ? HEAD_BYTES : segmentBytes, totalBytes - offset)
}
