import { XMediaError } from '../errors.ts'
import type { UploadPolicy } from '../ingress/upload-policy.ts'
import { setAltText } from '../relay/alt-text.ts'
import type { RelayOptions } from '../relay/relay.ts'
import { reportFailure } from '../relay/report-failure.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { isRejectedByX, pauseAfter } from '../x/failure.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { keepLeaseAlive } from './heartbeat.ts'
import type { Lease } from './lease.ts'

/**
 * Finalizes an upload once X has acknowledged every byte and the inspection has nothing against it, and stores the result.
 * Does nothing when bytes are missing, or when the upload is done or has failed. Repeats a FINALIZE whose outcome is
 * unknown: X accepts a second one, or says that there was a first.
 */
export async function finishSession(
  lease: Lease,
  context: CallContext,
  policy: Pick<UploadPolicy, 'beginInspection'>,
  options: RelayOptions,
): Promise<void> {
  const { client, clock } = options
  const { mediaId, category, altText, state, offset, totalBytes, nextSegment, finalizeAt = 0 } = lease.session
  if (offset !== totalBytes || mediaId === undefined || category === undefined) return
  if (state === 'done' || state === 'failed') return
  const startedAt = clock.now()
  if (startedAt < finalizeAt) throw notFinalizedYet(Math.ceil((finalizeAt - startedAt) / 1000))
  const stopHeartbeat = keepLeaseAlive(lease, clock, { givesWay: () => false, onLost: () => {} })
  try {
    const upload = { mediaId, category, totalBytes }
    const answer = lease.session.result ?? (await finalize(lease, upload, context, policy, options))
    const result = await setAltText(answer, () => altText, context, client)
    await lease.update({ state: 'done', result }).catch(ignore)
  } catch (error) {
    reportFailure(error, { mediaId, sentBytes: totalBytes, segments: nextSegment }, clock.now() - startedAt, context)
    if (isRefused(error)) await markFailed(lease, error)
    else if (error instanceof XMediaError && error.code.startsWith('x_')) {
      await lease.update({ finalizeAt: clock.now() + pauseAfter(error) })
    }
    throw error
  } finally {
    stopHeartbeat()
  }
}

async function finalize(
  lease: Lease,
  { mediaId, category, totalBytes }: { mediaId: string; category: MediaCategory; totalBytes: number },
  context: CallContext,
  { beginInspection }: Pick<UploadPolicy, 'beginInspection'>,
  { client, clock }: RelayOptions,
): Promise<XMediaAnswer> {
  const { state, nextSegment: segments } = lease.session
  const startedAt = clock.now()
  if (state === 'open') {
    const inspection = beginInspection?.(lease.session, context.emit)
    await inspection?.finish({ category, totalBytes, altText: lease.session.altText })
    await lease.update({ state: 'finalizing', inspection: undefined, findings: inspection?.findings() })
  }
  const { findings } = lease.session
  const { data, errors } = await client.finalize(mediaId, category, context, { again: state === 'finalizing' })
  const result = { data: { ...data, size: data.size ?? totalBytes }, ...(errors ? { errors } : {}) }
  const durationMs = clock.now() - startedAt
  context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments, durationMs, ...findings })
  const { expires_after_secs: expiresAfterSecs } = data
  const expiry = expiresAfterSecs === undefined ? {} : { expiresAt: clock.now() + expiresAfterSecs * 1000 }
  // Store it before anything else can fail: for images X does not answer a second FINALIZE.
  await lease.update({ result, ...expiry }).catch(ignore)
  return result
}

/** Whether X, or this server with 422, has refused the file itself: nothing can change that when all its bytes are there. */
function isRefused(error: unknown): error is XMediaError {
  return isRejectedByX(error) || (error instanceof XMediaError && error.status === 422)
}

/** For a store that fails when X has the media: this client must get it all the same. */
function ignore(): void {}

function notFinalizedYet(retryAfterSecs: number): XMediaError {
  return new XMediaError('x_unavailable', 'X has every byte but has not finalized the upload yet; try again later.', {
    retryAfterSecs,
  })
}

/** Stores that the upload has failed for good. */
export async function markFailed(lease: Lease, { code, message: detail, members }: XMediaError): Promise<void> {
  await lease.update({ state: 'failed', failure: { code, detail, ...(members && { members }) } })
}
