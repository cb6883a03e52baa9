import type { XMediaErrorCode } from '../problem.ts'

/** What can go wrong on the client's side of an upload, beside what the server reports. */
export type ClientErrorCode =
  | 'aborted'
  | 'connection_lost'
  | 'file_mismatch'
  | 'file_unreadable'
  | 'processing_failed'
  | 'unexpected_response'

/** The `code` of an `XMediaUploadError`: the server's, or one of the client's own. It never changes between versions. */
export type UploadErrorCode = XMediaErrorCode | ClientErrorCode

const APP_MISTAKE = 'This app did not send the file as its server expects. Reload the page and try again.'
const SERVER_MISTAKE = 'The server is not set up correctly, so nobody can upload at the moment.'
const BUSY = 'The server is busy.'
const TRY_AGAIN = 'The upload did not arrive completely. Try again.'
const START_AGAIN = 'The server no longer has this upload. Start it again.'

/** What to tell people. */
const SENTENCES: Readonly<Record<UploadErrorCode, string>> = {
  aborted: 'The upload was cancelled.',
  connection_lost: 'The connection to the server is lost.',
  file_mismatch: 'This is not the file whose upload was interrupted. Choose the same file again.',
  file_unreadable: 'The file cannot be read any more. It may have been moved or changed: choose it again.',
  processing_failed: 'X could not process this file.',
  unexpected_response: 'The server gave an answer that this app does not understand.',
  unauthorized: 'You are not signed in. Sign in and try again.',
  sign_in_again: 'Your access to X has ended. Sign in with X again.',
  not_found: START_AGAIN,
  method_not_allowed: APP_MISTAKE,
  invalid_host: APP_MISTAKE,
  invalid_parameter: 'The server does not accept what was sent with the file.',
  length_required: APP_MISTAKE,
  invalid_length: APP_MISTAKE,
  length_conflict: APP_MISTAKE,
  body_too_short: TRY_AGAIN,
  body_too_long: APP_MISTAKE,
  body_incomplete: TRY_AGAIN,
  empty_body: 'The file is empty.',
  body_corrupted: SERVER_MISTAKE,
  body_too_slow: 'The connection is too slow for this upload.',
  malformed_multipart: APP_MISTAKE,
  multipart_limit: APP_MISTAKE,
  file_missing: 'The file is needed again to continue this upload. Choose it again.',
  too_many_files: 'These files cannot be uploaded together.',
  too_large: 'The file is too large.',
  request_too_large: 'The server cannot take this file in one piece.',
  unsupported_media_type: 'X does not take this kind of file. Convert it to JPEG, PNG, GIF or MP4.',
  unsupported_encoding: APP_MISTAKE,
  signature_mismatch: 'The file is damaged, or not what its name says.',
  content_refused: 'This app does not accept the file.',
  media_unsupported: 'X does not take this file as it is.',
  transform_failed: 'The image is damaged, or of a kind that the server cannot read.',
  alt_text_missing: 'Describe the image for people who cannot see it, then upload it again.',
  category_mismatch: 'This kind of file cannot be used here.',
  origin_not_allowed: 'This page may not upload to that server.',
  too_many_uploads: 'Too many uploads are running.',
  too_many_listeners: BUSY,
  overloaded: BUSY,
  shutting_down: BUSY,
  quota_exceeded: 'You have uploaded as much as you may for now.',
  upload_locked: 'This upload is already running elsewhere, perhaps in another tab.',
  upload_failed: 'This upload has failed. Start it again.',
  upload_completed: 'This upload is already complete.',
  length_inconsistent: 'The file has changed since the upload began. Start it again.',
  offset_mismatch: TRY_AGAIN,
  piece_too_small: APP_MISTAKE,
  checksum_mismatch: TRY_AGAIN,
  checksum_unsupported: APP_MISTAKE,
  unsupported_version: APP_MISTAKE,
  unsupported_extension: APP_MISTAKE,
  source_unavailable: 'The server cannot read the file at the moment.',
  source_changed: 'The server’s file has changed since the upload began. Start it again.',
  client_closed: 'The connection closed before the upload was complete.',
  deadline_exceeded: 'The upload took longer than the server allows.',
  misconfigured: SERVER_MISTAKE,
  store_unavailable: BUSY,
  token_unavailable: SERVER_MISTAKE,
  x_unauthorized: 'The server is no longer signed in to X.',
  x_forbidden: 'X does not allow this upload.',
  x_forbidden_scope: SERVER_MISTAKE,
  x_payment_required: 'The X account behind this app cannot upload at the moment.',
  x_rate_limited: 'X accepts no more uploads from this app for now.',
  x_rejected_media: 'X does not accept this file.',
  x_segment_too_large: SERVER_MISTAKE,
  x_unavailable: 'X is not available at the moment.',
}

/** Codes whose `detail` helps the person who chose the file. The others explain something to developers. */
const HELPFUL: readonly UploadErrorCode[] = [
  ...(['too_large', 'content_refused', 'category_mismatch', 'invalid_parameter'] as const),
  ...(['media_unsupported', 'quota_exceeded', 'processing_failed'] as const),
]

/** The sentences that tell people what happened, with the server's own words where they help, and when to try again. */
export function sentencesFor(
  code: UploadErrorCode,
  detail: string | undefined,
  retryAfterSecs: number | undefined,
): string {
  const sentences = [SENTENCES[code]]
  if (detail !== undefined && HELPFUL.includes(code)) sentences.push(detail)
  if (retryAfterSecs !== undefined) sentences.push(`Try again in ${inWords(retryAfterSecs)}.`)
  return sentences.join(' ')
}

/** Whether the server has sent a code that this version knows. */
export function isErrorCode(code: unknown): code is UploadErrorCode {
  return typeof code === 'string' && Object.hasOwn(SENTENCES, code)
}

function inWords(secs: number): string {
  const [count, unit] = secs < 90 ? [Math.ceil(secs), 'second'] : [Math.ceil(secs / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
