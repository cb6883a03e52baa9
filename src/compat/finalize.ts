import { rememberOwner } from '../routes/uploaded-media.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type ClaimedStep, claimStep } from './claim.ts'
import { continueInspection } from './inspection.ts'
import { sizeMismatch, uploadClosed } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import { type CompatUpload, isComplete } from './upload-record.ts'

/**
 * FINALIZE. Once X has finalized the upload, further requests get the same answer.
 *
 * @param found The subject's upload, as `findUpload` found it.
 */
export async function finalize(
  request: CompatRequest,
  { mediaId, found }: { mediaId: string; found: CompatUpload },
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  if (found.result) return found.result
  const { principal, context } = request
  const { calls, client, clock, statuses } = instance
  const step: ClaimedStep = { mediaId, name: 'finalize', start, isDone: ({ result }) => result !== undefined }
  const { upload, claim } = await claimStep(step, instance)
  if (upload.result) return upload.result
  if (claim === undefined) throw new TypeError('an upload without a result must be claimed')
  const { totalBytes, category, parts, segments } = upload
  const started = clock.now()
  const again = claim.before.state === 'finalizing'
  const inspection = continueInspection(request, { mediaId, upload }, totalBytes, instance)
  let answer: XMediaAnswer
  try {
    await inspection?.finish({ category, totalBytes, altTextMayFollow: true })
    if (again) await calls.consume(principal.subject, 0)
    answer = await client.finalize(mediaId, category, context, { again })
  } catch (error) {
    // A claim that a failing store keeps runs out by itself.
    await claim.settle((current) => current).catch(() => {})
    throw error
  }
  const { data, errors } = answer
  // X may say only at INIT, or only now, when the media expires.
  const { expires_after_secs: expiresAfterSecs = Math.floor((upload.expiresAt - clock.now()) / 1000) } = data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  const { mediaKey } = upload
  const result = {
    // X's answer may be empty.
    data: {
      ...(mediaKey === undefined ? {} : { media_key: mediaKey }),
      ...data,
      size: data.size ?? totalBytes,
      expires_after_secs: expiresAfterSecs,
    },
    ...(errors ? { errors } : {}),
  }
  // X has the media, so a store that fails now must not lose it. The claim runs out by itself.
  await claim.settle((current) => ({ ...current, state: 'finalized', result, expiresAt })).catch(() => {})
  await rememberOwner(result.data, principal, request.c.var.xMediaObserver, instance)
  statuses.put(result)
  const durationMs = clock.now() - started
  const sent = { bytes: totalBytes, segments: segments.length * parts }
  context.emit({ type: 'finalized', mediaId, ...sent, durationMs, ...inspection?.findings() })
  return result
}

function start(upload: CompatUpload): CompatUpload {
  if (upload.result) return upload
  if (upload.state === 'refused') throw uploadClosed(upload)
  if (!isComplete(upload)) throw sizeMismatch()
  return { ...upload, state: 'finalizing' }
}
