import { headerParameter, jsonContent, type Operation, type Paths, responseHeader } from '../openapi/openapi-objects.ts'
import {
  BODY_ERRORS,
  CHUNK_ERRORS,
  EXISTING_UPLOAD_ERRORS,
  FILE_ERRORS,
  OPEN_ACCESS_ERRORS,
  problemResponses,
  RELAY_ERRORS,
  RESUMABLE_ERRORS,
} from '../openapi/problem-responses.ts'
import {
  BINARY,
  FILE_ID,
  PROTOCOL_HEADERS,
  UPLOAD_CHECKSUM,
  UPLOAD_LENGTH,
  UPLOAD_QUERY,
} from '../openapi/request-parameters.ts'
import type { XMediaErrorCode } from '../problem.ts'

const PROGRESS_HEADERS = {
  'Upload-Offset': responseHeader('Bytes that X has acknowledged.'),
  'Upload-Complete': responseHeader(
    'For GET, HEAD and the IETF draft: `?1` once the upload is done, `?0` before that.',
  ),
  'Upload-Limit': responseHeader('The limits of this upload. `max-append-size`: the largest chunk, in bytes.'),
  'Upload-Expires': responseHeader('When the upload expires.'),
  'Tus-Resumable': responseHeader('The version of tus. Not with the IETF draft.'),
  'X-Media-Id': responseHeader('The media id, once the upload is done.'),
  'X-Media-Status': responseHeader('The URL of the media’s status, once the upload is done.'),
}
const STATUS_LOCATION = { Location: responseHeader('The URL of the media’s status, once the upload is done.') }
const INSPECTION_HEADERS = {
  ...PROGRESS_HEADERS,
  ...STATUS_LOCATION,
  'Upload-Length': responseHeader('The size of the file in bytes, once it is known.'),
  'Upload-Defer-Length': responseHeader('`1` until the size is known.'),
  'Upload-Metadata': responseHeader('The metadata that the client sent.'),
}

const OFFSET = 'Where in the file the bytes of this request start, counted from 0.'
const PREFER_REPRESENTATION = headerParameter(
  'Prefer',
  '`return=representation`: answer with the media once the upload is done.',
)

const APPEND_RESPONSES = {
  204: { description: 'X has the bytes up to `Upload-Offset`.', headers: { ...PROGRESS_HEADERS, ...STATUS_LOCATION } },
  ...problemResponses([
    ...EXISTING_UPLOAD_ERRORS,
    ...FILE_ERRORS,
    ...BODY_ERRORS,
    ...CHUNK_ERRORS,
    ...RELAY_ERRORS,
    'upload_failed',
    'offset_mismatch',
    'upload_completed',
  ]),
}
const append: Operation = {
  summary: 'Append bytes to a resumable upload',
  parameters: [
    FILE_ID,
    ...PROTOCOL_HEADERS,
    headerParameter('Upload-Offset', OFFSET, true),
    UPLOAD_LENGTH,
    UPLOAD_CHECKSUM,
    PREFER_REPRESENTATION,
  ],
  requestBody: { content: { 'application/offset+octet-stream': BINARY, 'application/partial-upload': BINARY } },
  responses: {
    200: {
      description: 'The upload is done, and the client speaks the IETF draft or prefers a representation.',
      headers: { ...PROGRESS_HEADERS, ...STATUS_LOCATION },
      content: jsonContent('MediaAnswer'),
    },
    ...APPEND_RESPONSES,
  },
}

const INSPECTION = { description: 'The progress of the upload.', headers: INSPECTION_HEADERS }
/** Temporary failures are reported as `upload_locked`: on any other error, clients send the whole file again. */
const INSPECTION_ERRORS: readonly XMediaErrorCode[] = [
  ...EXISTING_UPLOAD_ERRORS,
  ...(['upload_failed', 'media_unsupported', 'content_refused', 'x_rejected_media'] as const),
]

const describeServer: Operation = {
  summary: 'Get the versions, extensions and limits of the server',
  responses: {
    204: {
      description: 'The versions, extensions and limits.',
      headers: {
        'Tus-Version': responseHeader('The version of tus.'),
        'Tus-Extension': responseHeader('The supported extensions of tus, separated by commas.'),
        'Tus-Max-Size': responseHeader('The largest upload, in bytes.'),
        'Tus-Checksum-Algorithm': responseHeader('The supported checksum algorithms, separated by commas.'),
        'Upload-Limit': responseHeader('The limits of every upload. `max-append-size`: the largest chunk, in bytes.'),
        'Accept-Patch': responseHeader('The media types of chunks: first for tus, then for the IETF draft.'),
      },
    },
    ...problemResponses(OPEN_ACCESS_ERRORS),
  },
}

const LOCATION = responseHeader(
  'The URL of the upload, also if only its first bytes were refused. It may be relative to the URL of this request.',
)

/** Resumable uploads, for `/openapi.json`. */
export const RESUMABLE_PATHS: Paths = {
  '/files': {
    options: describeServer,
    post: {
      summary: 'Start a resumable upload, with tus 1.0 or the IETF draft',
      parameters: [
        ...UPLOAD_QUERY,
        ...PROTOCOL_HEADERS,
        UPLOAD_LENGTH,
        UPLOAD_CHECKSUM,
        headerParameter('Upload-Defer-Length', '`1`: the size follows later, at the latest with the first bytes.'),
        headerParameter(
          'Upload-Metadata',
          'For tus: the upload parameters, and the media type as `filetype`. Values are in base64. Other keys are kept.',
        ),
      ],
      requestBody: { description: 'The first bytes of the file, if any.', content: { '*/*': BINARY } },
      responses: {
        201: {
          description: 'The upload has started. Continue at `Upload-Offset`, even if you sent more bytes than that.',
          headers: { ...PROGRESS_HEADERS, Location: LOCATION },
          content: jsonContent('MediaAnswer'),
        },
        ...problemResponses(
          [
            ...[...RESUMABLE_ERRORS, ...FILE_ERRORS, ...BODY_ERRORS, ...CHUNK_ERRORS],
            ...(['unsupported_extension', 'x_rejected_media'] as const),
          ],
          { Location: LOCATION },
        ),
      },
    },
  },
  '/files/{id}': {
    options: { ...describeServer, parameters: [FILE_ID] },
    get: {
      summary: 'Get the progress of a resumable upload',
      parameters: [FILE_ID, ...PROTOCOL_HEADERS],
      responses: {
        200: { ...INSPECTION, content: jsonContent('File') },
        ...problemResponses([...INSPECTION_ERRORS, 'invalid_parameter']),
      },
    },
    head: {
      summary: 'Get the progress of a resumable upload, without a body',
      parameters: [FILE_ID, ...PROTOCOL_HEADERS],
      responses: { 200: INSPECTION, ...problemResponses(INSPECTION_ERRORS) },
    },
    patch: append,
    delete: {
      summary: 'Delete a resumable upload',
      parameters: [FILE_ID, ...PROTOCOL_HEADERS],
      responses: {
        204: { description: 'The upload is deleted.' },
        ...problemResponses([...EXISTING_UPLOAD_ERRORS, 'upload_failed']),
      },
    },
    post: {
      ...append,
      summary: 'Send PATCH, HEAD or DELETE as POST, for clients that cannot send them',
      parameters: [
        FILE_ID,
        ...PROTOCOL_HEADERS,
        headerParameter('X-HTTP-Method-Override', 'PATCH, HEAD or DELETE.', true),
        headerParameter('Upload-Offset', OFFSET),
        UPLOAD_LENGTH,
        UPLOAD_CHECKSUM,
        PREFER_REPRESENTATION,
      ],
      responses: {
        200: {
          description: 'The same as for the method in `X-HTTP-Method-Override`; without a body for HEAD.',
          headers: INSPECTION_HEADERS,
          content: jsonContent('MediaAnswer'),
        },
        ...APPEND_RESPONSES,
        ...problemResponses(['method_not_allowed']),
      },
    },
  },
}
