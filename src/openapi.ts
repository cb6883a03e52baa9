import { ERROR_STATUS, type XMediaErrorCode } from './errors.ts'
import type { UploadParameters } from './ingress/parameters.ts'
import { TITLES } from './problem.ts'
import { MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MEDIA_CATEGORIES, MEDIA_TYPES } from './x/limits.ts'

/** A description of the routes below a mount. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: Json
}

export interface Operation {
  summary: string
  parameters?: readonly Json[]
  requestBody?: Json
  responses: Readonly<Record<string, Json>>
  externalDocs?: { url: string }
}

type Json = Readonly<Record<string, unknown>>

/** @param url The path of the mount as clients see it. @param withWire Whether X's own media API is served too. */
export function describeRoutes(url: string, withWire: boolean): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'hono-x-media',
      version: '0.1.0',
      description:
        'Uploads images, GIFs, video and subtitles to X. Who may upload, and how they say who they are, is the app’s own. ' +
        'Errors are problems (RFC 9457) with a stable code.',
    },
    servers: [{ url: url || '/' }],
    paths: withWire ? { ...PATHS, ...WIRE_PATHS } : PATHS,
    components: { schemas: SCHEMAS },
  }
}

const ID = { type: 'string', pattern: '^[0-9]{1,19}$' }
const BYTES = { type: 'integer', minimum: 0 }

const SCHEMAS: Json = {
  Media: {
    description: 'X’s own description of a media.',
    type: 'object',
    required: ['id'],
    properties: {
      id: ID,
      media_key: { type: 'string' },
      size: { ...BYTES, description: 'Bytes received.' },
      expires_after_secs: { type: 'integer', description: 'Seconds until the id can no longer be used.' },
      processing_info: {
        description: 'What X does after the upload, with GIFs and videos.',
        type: 'object',
        required: ['state'],
        properties: {
          state: { enum: ['pending', 'in_progress', 'succeeded', 'failed'] },
          check_after_secs: { type: 'number', description: 'Seconds until X wants to be asked again.' },
          progress_percent: { type: 'number' },
          error: {
            description: 'Means failure, whatever the state.',
            type: 'object',
            properties: { code: { type: 'number' }, name: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
      image: {
        type: 'object',
        properties: { image_type: { type: 'string' }, w: { type: 'number' }, h: { type: 'number' } },
      },
      video: { type: 'object', properties: { video_type: { type: 'string' } } },
    },
  },
  MediaAnswer: {
    type: 'object',
    required: ['data'],
    properties: {
      data: { $ref: '#/components/schemas/Media' },
      errors: {
        description: 'What X did not take, though the media is there: alternative text, for one.',
        type: 'array',
        items: { type: 'object' },
      },
    },
  },
  File: {
    description: 'How far a resumable upload has come, and its media when it is done.',
    type: 'object',
    required: ['offset', 'state'],
    properties: {
      offset: BYTES,
      total_bytes: BYTES,
      state: { enum: ['open', 'finalizing', 'done', 'failed'] },
      data: { $ref: '#/components/schemas/Media' },
      errors: { type: 'array', items: { type: 'object' } },
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What to change.' },
      code: { enum: Object.keys(ERROR_STATUS) },
    },
  },
}

const ref = (name: string): Json => ({ schema: { $ref: `#/components/schemas/${name}` } })
const json = (name: string): Json => ({ 'application/json': ref(name) })
const text = (description: string): Json => ({ description, schema: { type: 'string' } })

const UPLOAD_PARAMETERS: Readonly<Record<keyof UploadParameters, Json>> = {
  media_type: { ...text('The media type, where Content-Type is not it.'), schema: { enum: MEDIA_TYPES } },
  media_category: { ...text('What the media is for. Default: by its type.'), schema: { enum: MEDIA_CATEGORIES } },
  total_bytes: { ...text('The size of the file, bytes.'), schema: BYTES },
  additional_owners: {
    ...text('User ids that may use the media, comma-separated.'),
    schema: { type: 'array', items: ID, maxItems: MAX_ADDITIONAL_OWNERS },
    ...{ style: 'form', explode: false },
  },
  shared: { ...text('Whether the media is for several direct messages.'), schema: { type: 'boolean' } },
  alt_text: { ...text('Alternative text.'), schema: { type: 'string', maxLength: MAX_ALT_TEXT } },
}

const inQuery = Object.entries(UPLOAD_PARAMETERS).map(([name, parameter]) => ({ name, in: 'query', ...parameter }))
const header = (name: string, description: string): Json => ({ name, in: 'header', ...text(description) })
const path = (name: string, schema: Json): Json => ({ name, in: 'path', required: true, schema })

const UPLOAD_LENGTH = header('Upload-Length', 'The size of the file, bytes.')
const PREFER_WAIT = header('Prefer', '`wait=N`: hold the answer until X has processed the media, N seconds at most.')
const TUS = header('Tus-Resumable', '`1.0.0` for tus; the IETF’s draft has Upload-Complete instead.')
const COMPLETE = header('Upload-Complete', '`?1` with the last bytes, `?0` before.')
const PROTOCOL = [TUS, COMPLETE]
const FILE_ID = path('id', { type: 'string', pattern: '^[0-9a-f]{32}$' })

const BINARY = { schema: {} }
const MULTIPART = {
  description: 'The parameters as fields, and the file behind them.',
  type: 'object',
  properties: {
    ...Object.fromEntries(Object.entries(UPLOAD_PARAMETERS).map(([name, { schema }]) => [name, schema])),
    media: { type: 'string', format: 'binary' },
  },
}

type Codes = readonly XMediaErrorCode[]
const WHO: Codes = ['unauthorized', 'origin_not_allowed']
const FILE: Codes = [
  ...([
    'invalid_parameter',
    'length_required',
    'invalid_length',
    'length_conflict',
    'empty_body',
    'too_large',
  ] as const),
  ...(['unsupported_media_type', 'unsupported_encoding', 'signature_mismatch', 'content_refused'] as const),
  ...(['category_mismatch', 'quota_exceeded'] as const),
]
const BODY: Codes = [
  ...(['body_too_short', 'body_too_long', 'body_incomplete', 'body_too_slow', 'client_closed'] as const),
  ...(['too_many_uploads', 'overloaded'] as const),
]
const FORM: Codes = ['malformed_multipart', 'multipart_limit', 'file_missing', 'too_many_files']
const X: Codes = [
  ...(['token_unavailable', 'deadline_exceeded', 'store_unavailable', 'x_unauthorized', 'x_forbidden'] as const),
  ...(['x_forbidden_scope', 'x_payment_required', 'x_rate_limited', 'x_rejected_media', 'x_unavailable'] as const),
]
const RESUMABLE: Codes = [...WHO, 'unsupported_version', 'store_unavailable']
const TAKEN: Codes = [...RESUMABLE, 'not_found', 'upload_locked']
const PIECE: Codes = [
  ...[...FILE, ...BODY, ...X, 'x_segment_too_large' as const],
  ...([
    'upload_failed',
    'length_inconsistent',
    'piece_too_small',
    'checksum_mismatch',
    'checksum_unsupported',
  ] as const),
]

/** Problems are one response a status. */
function problems(codes: Codes): Record<string, Json> {
  const responses: Record<string, Json> = {}
  for (const status of new Set(codes.map((code) => ERROR_STATUS[code]))) {
    const same = [...new Set(codes)].filter((code) => ERROR_STATUS[code] === status)
    responses[status] = {
      description: same.map((code) => `\`${code}\`: ${TITLES[code]}`).join('; '),
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem', properties: { code: { enum: same } } },
        },
      },
    }
  }
  return responses
}

const OFFSET = { 'Upload-Offset': text('Bytes that X has acknowledged.') }
const MEDIA_HEADERS = {
  'X-Media-Id': text('X’s id, when the upload is done.'),
  'X-Media-Status': text('Where its status is.'),
}
const standing = (description: string, content?: Json): Json => ({
  description,
  headers: { ...OFFSET, ...MEDIA_HEADERS },
  ...(content ? { content } : {}),
})

const created = {
  ...standing('The upload is open.', json('MediaAnswer')),
  headers: { ...OFFSET, ...MEDIA_HEADERS, Location: text('Where the upload is.') },
}
const inspected = [...TAKEN, 'upload_failed', ...X] as const

const patch: Operation = {
  summary: 'Adds bytes to a resumable upload.',
  parameters: [FILE_ID, ...PROTOCOL, header('Upload-Offset', 'Where the bytes begin.'), UPLOAD_LENGTH],
  requestBody: {
    content: { 'application/offset+octet-stream': BINARY, 'application/partial-upload': BINARY },
  },
  responses: {
    200: standing('The upload is done, for who wants the media in the answer.', json('MediaAnswer')),
    204: standing('The bytes are X’s.'),
    ...problems([...TAKEN, ...PIECE, 'offset_mismatch', 'upload_completed']),
  },
}
const remove: Operation = {
  summary: 'Forgets a resumable upload.',
  parameters: [FILE_ID, ...PROTOCOL],
  responses: { 204: { description: 'It is forgotten.' }, ...problems(TAKEN) },
}
const describe: Operation = {
  summary: 'Tells what the server can do.',
  responses: { 204: { description: 'Versions, extensions and limits, in headers.' }, ...problems(RESUMABLE) },
}

const PATHS: OpenApiDocument['paths'] = {
  '/': {
    post: {
      summary: 'Uploads a file, as raw body or in a form.',
      parameters: [...inQuery, UPLOAD_LENGTH, PREFER_WAIT],
      requestBody: {
        required: true,
        content: {
          ...Object.fromEntries(MEDIA_TYPES.map((type) => [type, BINARY])),
          'multipart/form-data': { schema: MULTIPART },
        },
      },
      responses: {
        201: {
          description: 'X has the file.',
          headers: { Location: text('Where its status is.') },
          content: json('MediaAnswer'),
        },
        ...problems([...WHO, ...FILE, ...BODY, ...FORM, ...X, 'x_segment_too_large']),
      },
    },
  },
  '/status/{media_id}': {
    get: {
      summary: 'Tells X’s status of a media, once or as it changes.',
      parameters: [
        path('media_id', ID),
        { name: 'ticket', in: 'query', ...text('From the Location of the upload.') },
        header('Last-Event-ID', 'The last event seen.'),
      ],
      responses: {
        200: {
          description: 'The status; or `status` events until it is final, and `error` events with problems.',
          content: { ...json('MediaAnswer'), 'text/event-stream': { schema: { type: 'string' } } },
        },
        204: { description: 'The final status was seen already.' },
        ...problems([...WHO, 'not_found', 'too_many_listeners', ...X]),
      },
    },
  },
  '/files': {
    options: describe,
    post: {
      summary: 'Opens a resumable upload, by tus 1.0 or the IETF’s draft.',
      parameters: [
        ...[...inQuery, ...PROTOCOL, UPLOAD_LENGTH],
        header('Upload-Defer-Length', '`1`: the size comes later.'),
        header('Upload-Metadata', 'The parameters and the file’s type (`filetype`), as tus has them.'),
        header('Upload-Checksum', 'Of the bytes that come along; `sha1` or `sha256`.'),
      ],
      requestBody: { description: 'The first bytes, if any.', content: { '*/*': BINARY } },
      responses: {
        201: created,
        ...problems([...RESUMABLE, ...PIECE, 'unsupported_extension', 'upload_locked']),
      },
    },
  },
  '/files/{id}': {
    options: { ...describe, parameters: [FILE_ID] },
    get: {
      summary: 'Tells how far a resumable upload has come.',
      parameters: [FILE_ID, ...PROTOCOL],
      responses: { 200: standing('How far it has come.', json('File')), ...problems(inspected) },
    },
    head: {
      summary: 'The same without a body.',
      parameters: [FILE_ID, ...PROTOCOL],
      responses: { 200: standing('How far it has come.'), ...problems(inspected) },
    },
    patch,
    delete: remove,
    post: {
      ...patch,
      summary: 'PATCH, HEAD or DELETE, for clients that cannot send those.',
      parameters: [...(patch.parameters ?? []), header('X-HTTP-Method-Override', 'The method that is meant.')],
    },
  },
  '/openapi.json': {
    get: {
      summary: 'This description.',
      responses: {
        200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
        ...problems(['origin_not_allowed']),
      },
    },
  },
}

/** X describes these itself, at https://api.x.com/2/openapi.json */
function ofX(summary: string, ...parameters: Json[]): Operation {
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { default: { description: 'As X answers.' } },
    externalDocs: { url: 'https://docs.x.com/x-api/media/introduction' },
  }
}

const WIRE_PATHS: OpenApiDocument['paths'] = {
  '/2/media/upload': {
    get: ofX('X’s STATUS.', { name: 'media_id', in: 'query', required: true, schema: ID }),
    post: ofX('X’s upload in one request; INIT, APPEND and FINALIZE with `command`.'),
  },
  '/2/media/upload/initialize': { post: ofX('X’s INIT.') },
  '/2/media/upload/{id}/append': { post: ofX('X’s APPEND.', path('id', ID)) },
  '/2/media/upload/{id}/finalize': { post: ofX('X’s FINALIZE.', path('id', ID)) },
  '/2/media/metadata': { post: ofX('X’s metadata, alternative text among it.') },
  '/2/media/subtitles': {
    post: ofX('Adds subtitles to a video.'),
    delete: ofX('Takes subtitles from a video.'),
  },
}
