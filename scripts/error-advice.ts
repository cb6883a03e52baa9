import type { XMediaErrorCode } from '../src/problem.ts'

/** What a code means, beyond its status and title. Sentences in Markdown. */
export interface ErrorAdvice {
  meaning: string
  /** What the program that uploads should do. */
  client: string
  /** What the people who run the server should do. */
  operator?: string
}

type Group = Partial<Record<XMediaErrorCode, ErrorAdvice>>

const WAIT = 'Wait for `Retry-After`, then send it again.'
const SEND_AGAIN = 'Send it again.'

const PERMISSION = {
  unauthorized: {
    meaning: '`authorize` returned no subject: it does not know who is asking.',
    client: 'Sign in.',
  },
  sign_in_again: {
    meaning: 'The user’s access to X has ended. They revoked it, or it expired.',
    client: 'Open the URL in `login`.',
  },
  origin_not_allowed: {
    meaning:
      'The request is from a page of another origin, or from your own page behind a proxy that hides its origin.',
    client: 'Upload from a page of the server’s own origin.',
    operator:
      'Add the origin to `http.origins`. Behind a proxy that ends TLS or changes `Host`, set `http.trustProxy`.',
  },
  not_found: {
    meaning: 'No such route, upload or media, or it belongs to someone else.',
    client: 'Check the URL and the ticket. An upload that has expired must start again.',
  },
  method_not_allowed: {
    meaning: 'The path is right, but the method is not.',
    client: 'Use one of the methods in `Allow`.',
  },
} satisfies Group

const REQUEST = {
  invalid_host: {
    meaning: 'The `Host` of the request, or the host that a trusted proxy forwards, cannot be part of a URL.',
    client: 'Send the name of the server.',
    operator: 'Check what the proxy writes into `Host` and `X-Forwarded-Host`.',
  },
  invalid_parameter: {
    meaning:
      'X would refuse the parameter, the server does not allow it, it was sent twice, it came after a large file, or its name is misspelt.',
    client: 'Correct it. The `detail` says which parameter, and why.',
    operator: 'To allow it, change the option that the `detail` names, such as `allow.shared`.',
  },
  length_required: {
    meaning: 'X needs the size up front, and the request does not tell it.',
    client: 'Send `Content-Length`, `Upload-Length` or `total_bytes`.',
  },
  invalid_length: { meaning: 'A length is not a decimal number.', client: 'Correct it.' },
  length_conflict: {
    meaning: 'Two lengths disagree, or the size of a file in a form was inferred wrongly.',
    client: 'Send one length. In a form, send `total_bytes` before the file.',
  },
  body_too_short: { meaning: 'The file ended before its declared length.', client: SEND_AGAIN },
  body_too_long: { meaning: 'The file went on after its declared length.', client: 'Correct the length.' },
  body_incomplete: { meaning: 'The connection or the form broke off.', client: SEND_AGAIN },
  body_too_slow: {
    meaning: 'Nothing came for `limits.idleMs`, or less than `limits.minBytesPerSec` on average.',
    client: 'Send it again on a better line, or as a resumable upload.',
    operator: 'For users with very slow lines, raise `limits.idleMs` or lower `limits.minBytesPerSec`.',
  },
  body_corrupted: {
    meaning: 'A gateway in front of the server has taken the body for text, so its bytes are lost.',
    client: 'Nothing helps until the server is set up correctly.',
    operator:
      'Add `*/*` to the binary media types of the REST API, and deploy it again. See [Hosting](hosting.md#aws-lambda).',
  },
  request_too_large: {
    meaning: 'The request is larger than the host of the server lets through.',
    client: 'Send the file as a resumable upload, in chunks of at most the `max-append-size` in `Upload-Limit`.',
    operator: 'If the host takes more, set `http.hostLimitBytes`.',
  },
  empty_body: { meaning: 'The file has no bytes.', client: 'Send the bytes of the file.' },
  malformed_multipart: { meaning: 'The form breaks RFC 7578.', client: 'Correct the client, or send a raw body.' },
  multipart_limit: {
    meaning: 'More than 64 KiB or 32 fields before or after the file, or more than 64 KiB after the closing boundary.',
    client: 'Send less.',
  },
  file_missing: {
    meaning: 'The form has no file.',
    client: 'Send the file as the last part, with a filename.',
  },
  too_many_files: {
    meaning: 'The form has more photos than `limits.filesPerForm`, or a GIF or video beside another file.',
    client: 'Send up to four photos in a form, and each GIF and video in a request of its own.',
  },
} satisfies Group

const FILE = {
  too_large: {
    meaning: 'The file is larger than `limits.uploadBytes`, its category or X’s segments allow.',
    client: 'Send a smaller file. The `detail` says the limit.',
    operator: 'For an account with Premium, raise `limits.categoryBytes`. For files above 5 GB, raise `x.maxSegments`.',
  },
  unsupported_media_type: {
    meaning: 'X does not take this media type, or the first bytes do not tell one.',
    client: 'Convert the file. The `detail` says to what.',
  },
  unsupported_encoding: { meaning: 'The request has a `Content-Encoding`.', client: 'Send the file as it is.' },
  signature_mismatch: {
    meaning: 'The first bytes are not those of the declared type.',
    client: 'Declare the type that the `detail` names, or convert the file.',
  },
  content_refused: {
    meaning: 'Your `inspect` or `beforeFinalize` refused the file.',
    client: 'Show the `detail`: it is the text that the function returned.',
  },
  media_unsupported: {
    meaning:
      'X does not take such a file, because of its length, its codecs or its sound. See [Media rules](media-rules.md).',
    client: 'Show the `detail`. Each of the `violations` has a `rule`, the `actual` value and the `limit`.',
    operator: 'To let such files pass with a warning, set `onViolation: "warn"` of `mediaRules`.',
  },
  transform_failed: {
    meaning: 'The `transform` of `mediaRules` threw on the image.',
    client: 'Send it as a smaller JPEG.',
    operator: '`log` and `onEvent` have the error.',
  },
  alt_text_missing: {
    meaning: 'The server asks for alternative text, and the image has none.',
    client: 'Ask for a description, and send it as `alt_text`.',
    operator: 'The option is `requireAltText` of `mediaRules`.',
  },
  category_mismatch: {
    meaning: 'The category does not accept this media type.',
    client: 'Leave `media_category` out, or correct it.',
  },
} satisfies Group

const LIMIT = {
  quota_exceeded: {
    meaning: 'The subject’s quota is used up, or its uploads or calls to X of this hour.',
    client: WAIT,
    operator: 'The limits are `limits.quota`, `limits.creationsPerHour` and `limits.callsPerHour`.',
  },
  too_many_uploads: {
    meaning: 'Too many uploads at once, or too many unfinished ones, of the subject or in all.',
    client: WAIT,
    operator:
      'The limits are `limits.uploads`, `limits.uploadsPerSubject`, `limits.sessions` and `limits.sessionsPerSubject`.',
  },
  too_many_listeners: {
    meaning: 'Too many event streams and waiting uploads at once, of the subject or in all.',
    client: `${WAIT} Or ask for the status once a second.`,
    operator: 'The limits are `limits.listeners` and `limits.listenersPerSubject`.',
  },
  overloaded: {
    meaning: 'No memory for one more upload.',
    client: WAIT,
    operator: 'Raise `limits.memoryBytes` if the machine has more, or run more instances.',
  },
  shutting_down: {
    meaning:
      'The server is about to stop, such as for a new version, and takes no new uploads. Or the upload took longer than `drainMs`.',
    client: WAIT,
    operator:
      'Nothing, if several instances share a store. Raise `drainMs` of `close` if large uploads come in one request.',
  },
  deadline_exceeded: {
    meaning: 'The upload took longer than `limits.deadlineMs`.',
    client: 'Send it again, or as a resumable upload.',
    operator: 'Raise `limits.deadlineMs`, if X is not the cause.',
  },
} satisfies Group

const RESUMABLE = {
  upload_locked: {
    meaning: 'Another request is writing to this upload.',
    client: 'Try again soon, as tus clients do.',
  },
  upload_failed: { meaning: 'X rejected the upload earlier.', client: 'Begin a new upload.' },
  upload_completed: { meaning: 'More bytes for a complete upload.', client: 'Send no more.' },
  length_inconsistent: { meaning: 'Two different sizes for one upload.', client: 'Send one size.' },
  offset_mismatch: {
    meaning: 'The bytes do not begin where the upload continues.',
    client: 'Continue at `Upload-Offset`.',
  },
  piece_too_small: {
    meaning: 'The chunk is too small to keep any of it.',
    client: 'Send as many bytes as the `detail` says.',
  },
  checksum_mismatch: { meaning: 'The bytes do not match `Upload-Checksum`.', client: 'Send them again.' },
  checksum_unsupported: { meaning: 'The checksum is neither `sha1` nor `sha256`.', client: 'Use one of them.' },
  unsupported_version: {
    meaning: 'Another tus than 1.0.0, no protocol at all, or a `DELETE` of a tus upload without `Tus-Resumable`.',
    client: 'Send `Tus-Resumable: 1.0.0` or `Upload-Complete`.',
  },
  unsupported_extension: {
    meaning: 'The client asks for concatenation.',
    client: 'Send one file as one upload.',
  },
  client_closed: { meaning: 'The client went away. Nobody reads this response.', client: SEND_AGAIN },
} satisfies Group

const SERVER = {
  misconfigured: {
    meaning:
      '`secret` returns no key that works, `authorize` returns no subject or an unknown limit, or something in the app has read the body.',
    client: 'Nothing helps until the server is set up correctly.',
    operator: 'Read the log: `log` gets a line that says why.',
  },
  source_unavailable: {
    meaning: 'Only from `createXMedia`: the source of the upload could not be read.',
    client: 'This code reaches no client.',
    operator: 'Look at the `cause`. With an `id`, call `upload` again: it continues.',
  },
  source_changed: {
    meaning: 'Only from `createXMedia`: the file changed during the upload. Nothing was finalized.',
    client: 'This code reaches no client.',
    operator: 'Start a new upload, with a new `id` if it had one.',
  },
  store_unavailable: {
    meaning: 'The `store` failed, or was silent for five seconds.',
    client: WAIT,
    operator: 'Check the database and the way to it.',
  },
  token_unavailable: {
    meaning: 'The server has no X token for this request.',
    client: 'Nothing helps until the server has a token.',
    operator: 'Check what `token` returns. With `xSignIn`, check the client ID and secret.',
  },
} satisfies Group

const X = {
  x_unauthorized: {
    meaning: 'X refused the server’s token (401). Tokens last two hours.',
    client: 'Nothing helps until the server has another token.',
    operator:
      'Get a new one with `npx hono-x-media login`, or let tokens [renew themselves](sign-in.md#tokens-that-renew-themselves).',
  },
  x_forbidden: {
    meaning: 'X forbids the call (403), for a reason that the `detail` gives: the account may be locked or restricted.',
    client: 'Nothing helps until the server’s account is in order.',
    operator: 'Run `npx hono-x-media doctor`, and look at the account on X.',
  },
  x_forbidden_scope: {
    meaning: 'The token lacks the scope `media.write`, or is the app’s own token and not a user’s (403).',
    client: 'Nothing helps until the user has signed in again.',
    operator: 'Set the app’s permissions to *Read and write*, then sign in again: a refresh adds no scope.',
  },
  x_payment_required: {
    meaning: 'The X account has no credits left (402), or has reached its spend cap.',
    client: 'Nothing helps until the account has credits.',
    operator: 'Add credits or raise the cap at console.x.com.',
  },
  x_rate_limited: {
    meaning: 'X’s rate limit is reached, for longer than `x.retry.maxRateLimitWaitMs`.',
    client: WAIT,
    operator: 'Raise `x.segmentBytes` for fewer calls, or let users upload with their own tokens.',
  },
  x_rejected_media: {
    meaning: 'X does not take the file.',
    client: 'Send another file. See [Media rules](media-rules.md).',
  },
  x_segment_too_large: {
    meaning: 'X, or something on the way to it, refused segments of 512 KiB.',
    client: 'Nothing helps until the server reaches X.',
    operator: 'Look at the proxy between the server and X.',
  },
  x_unavailable: {
    meaning: 'X cannot be reached or does not work, after all retries.',
    client: 'Try again later.',
    operator: 'Run `npx hono-x-media doctor` on the server.',
  },
} satisfies Group

/** Every code, in groups. */
export const ERROR_GROUPS: Readonly<Record<string, Group>> = {
  'Who may upload': PERMISSION,
  'The request': REQUEST,
  'The file': FILE,
  'Limits of the server': LIMIT,
  'Resumable uploads': RESUMABLE,
  'The server': SERVER,
  X: X,
}

/** The compiler finds the codes that have no advice. */
export const ERROR_ADVICE: Readonly<Record<XMediaErrorCode, ErrorAdvice>> = {
  ...PERMISSION,
  ...REQUEST,
  ...FILE,
  ...LIMIT,
  ...RESUMABLE,
  ...SERVER,
  ...X,
}
