import { rememberOwner } from '../routes/uploaded-media.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { isRefusedByX, sizeMismatch, uploadClosed } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import { findUpload, isComplete } from './upload-record.ts'

/** FINALIZE. Once X has finalized the upload, further requests get the same answer. */
export async function finalize(
  { principal, context }: CompatRequest,
  mediaId: string,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { client, clock, statuses, compatUploads } = instance
  const upload = await findUpload(mediaId, principal.subject, compatUploads)
  if (upload.result) return upload.result
  if (upload.state === 'refused') throw uploadClosed(upload)
  const { totalBytes, state, category, parts } = upload
  const started = clock.now()
  const { segments } = await compatUploads.change(mediaId, (current) => {
    if (!isComplete(current)) throw sizeMismatch()
    return { ...current, state: 'finalizing' }
  })
  const again = state === 'finalizing'
  let answer: XMediaAnswer
  try {
    answer = await client.finalize(mediaId, category, context, { again })
  } catch (error) {
    if (!isRefusedByX(error)) throw error
    const { result } = await compatUploads.change(mediaId, (current) =>
      current.result || again ? current : { ...current, state: 'checked' },
    )
    // X refused this one because a concurrent FINALIZE came first.
    if (result) return result
    throw error
  }
  const { data, errors } = answer
  // X may say only at INIT, or only now, when the media expires.
  const { expires_after_secs: expiresAfterSecs = Math.floor((upload.expiresAt - clock.now()) / 1000) } = data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  const result = {
    data: { ...data, size: data.size ?? totalBytes, expires_after_secs: expiresAfterSecs },
    ...(errors ? { errors } : {}),
  }
  await compatUploads.change(mediaId, (current) => ({ ...current, state: 'finalized', result, expiresAt }))
  await rememberOwner(result.data, principal, instance)
  statuses.put(result)
  const durationMs = clock.now() - started
  context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments: segments.length * parts, durationMs })
  return result
}
