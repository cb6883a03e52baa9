import { XMediaError } from '../../errors.ts'
import type { Lease } from '../../store/sessions.ts'
import type { CallContext } from '../../x/call.ts'
import { withAltText } from '../alt-text.ts'
import { type RelayOptions, report } from '../relay.ts'
import { keepLease } from './keep-lease.ts'

/**
 * Finalizes an upload that X has every byte of, unless that was done before; what came of it is kept. An earlier try whose
 * outcome nobody wrote down is made again: X takes a second FINALIZE, or tells that there was a first one.
 */
export async function finishSession(lease: Lease, context: CallContext, options: RelayOptions): Promise<void> {
  const { client, clock } = options
  const { mediaId, category, altText, state, offset, totalBytes, nextSegment } = lease.session
  if (offset !== totalBytes || mediaId === undefined || state === 'done' || state === 'failed') return
  const started = clock.now()
  if (state === 'open') await lease.advance({ ...lease.session, state: 'finalizing' })
  const stop = keepLease(lease, clock, { yields: () => false, onLost: () => {} })
  try {
    const { data, errors } = await client.finalize(mediaId, category, context, { again: state === 'finalizing' })
    const answer = { data: { ...data, size: data.size ?? totalBytes }, ...(errors ? { errors } : {}) }
    const durationMs = clock.now() - started
    context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments: nextSegment, durationMs })
    const result = await withAltText(answer, altText, context, client)
    await lease.advance({ ...lease.session, state: 'done', result })
  } catch (error) {
    report(error, { mediaId, sentBytes: totalBytes, segments: nextSegment }, clock.now() - started, context)
    if (error instanceof XMediaError && error.code === 'x_rejected_media') await fail(lease, error)
    throw error
  } finally {
    stop()
  }
}

/** Marks an upload as one that nothing will come of. */
export async function fail(lease: Lease, { code, message: detail }: XMediaError): Promise<void> {
  await lease.advance({ ...lease.session, state: 'failed', failure: { code, detail } })
}
