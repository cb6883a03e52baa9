import { XMediaError } from '../errors.ts'
import { setAltText } from '../relay/alt-text.ts'
import type { RelayOptions } from '../relay/relay.ts'
import { reportFailure } from '../relay/report-failure.ts'
import type { CallContext } from '../x/call.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { keepLeaseAlive } from './heartbeat.ts'
import type { Lease } from './record.ts'

/** After a FINALIZE that failed X is left alone for this long, seconds, when it did not say. */
const PAUSE_SECS = 5

/**
 * Finalizes an upload that X has every byte of, unless that was done before; what came of it is kept. An earlier try whose
 * outcome nobody wrote down is made again: X takes a second FINALIZE, or tells that there was a first one.
 */
export async function finishSession(lease: Lease, context: CallContext, options: RelayOptions): Promise<void> {
  const { client, clock } = options
  const { mediaId, altText, state, offset, totalBytes, nextSegment, finalizeAt = 0 } = lease.session
  if (offset !== totalBytes || mediaId === undefined || state === 'done' || state === 'failed') return
  const started = clock.now()
  if (started < finalizeAt) {
    const retryAfterSecs = Math.ceil((finalizeAt - started) / 1000)
    throw new XMediaError('x_unavailable', 'X has every byte, and did not finalize the upload yet.', { retryAfterSecs })
  }
  const stop = keepLeaseAlive(lease, clock, { yields: () => false, onLost: () => {} })
  try {
    const answer = lease.session.result ?? (await finalize(lease, mediaId, totalBytes, context, options))
    const result = await setAltText(answer, altText, context, client)
    await lease.advance({ ...lease.session, state: 'done', result })
  } catch (error) {
    reportFailure(error, { mediaId, sentBytes: totalBytes, segments: nextSegment }, clock.now() - started, context)
    if (error instanceof XMediaError && error.code === 'x_rejected_media') await fail(lease, error)
    else if (error instanceof XMediaError && error.code.startsWith('x_')) {
      const pauseMs = (error.retryAfterSecs ?? PAUSE_SECS) * 1000
      await lease.advance({ ...lease.session, finalizeAt: clock.now() + pauseMs })
    }
    throw error
  } finally {
    stop()
  }
}

async function finalize(
  lease: Lease,
  mediaId: string,
  totalBytes: number,
  context: CallContext,
  { client, clock }: RelayOptions,
): Promise<XMediaAnswer> {
  const { category, state, nextSegment: segments } = lease.session
  const started = clock.now()
  if (state === 'open') await lease.advance({ ...lease.session, state: 'finalizing' })
  const { data, errors } = await client.finalize(mediaId, category, context, { again: state === 'finalizing' })
  const result = { data: { ...data, size: data.size ?? totalBytes }, ...(errors ? { errors } : {}) }
  const durationMs = clock.now() - started
  context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments, durationMs })
  // Before anything else: for images X never tells a second time.
  await lease.advance({ ...lease.session, result })
  return result
}

/** Marks an upload as one that nothing will come of. */
export async function fail(lease: Lease, { code, message: detail }: XMediaError): Promise<void> {
  await lease.advance({ ...lease.session, state: 'failed', failure: { code, detail } })
}
