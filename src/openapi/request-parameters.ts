import type { UploadParameters } from '../ingress/upload-parameters.ts'
import { MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MAX_PHOTOS_IN_POST, MEDIA_CATEGORIES, MEDIA_TYPES } from '../x/limits.ts'
import { BYTES_SCHEMA, X_ID_SCHEMA } from './component-schemas.ts'
import { headerParameter, type JsonObject, pathParameter } from './openapi-objects.ts'

const COMMA_SEPARATED = { style: 'form', explode: false }

const UPLOAD_PARAMETERS: Readonly<Record<keyof UploadParameters, JsonObject>> = {
  media_type: {
    description:
      'The media type of the file, by any name that clients use. Default: its `Content-Type`. If it says little, such as `application/octet-stream`, the first bytes of the file decide.',
    schema: { type: 'string', maxLength: 255, examples: MEDIA_TYPES },
  },
  media_category: {
    description:
      'What the media is for. Default: a post, with the category that fits the media type. The server may refuse some ' +
      'categories; by default it refuses `amplify_video`.',
    schema: { enum: MEDIA_CATEGORIES },
  },
  total_bytes: {
    description:
      'The size of the file, in bytes. Default: what the headers say. A form that is larger than the first segment and has ' +
      'no `Content-Length`, or fields after its file, needs it.',
    schema: BYTES_SCHEMA,
  },
  additional_owners: {
    description:
      'Ids of other users who may use the media, separated by commas. The server refuses them unless it is set up to allow them.',
    schema: { type: 'array', items: X_ID_SCHEMA, maxItems: MAX_ADDITIONAL_OWNERS },
    ...COMMA_SEPARATED,
  },
  shared: {
    description:
      'Whether the media can be sent in several direct messages. The server refuses it unless it is set up to allow it.',
    schema: { type: 'boolean' },
  },
  alt_text: {
    description: 'The alternative text: it describes the media to people who cannot see it.',
    schema: { type: 'string', maxLength: MAX_ALT_TEXT },
  },
}

/** The upload parameters in the query. */
export const UPLOAD_QUERY: readonly JsonObject[] = Object.entries(UPLOAD_PARAMETERS).map(([name, parameter]) => ({
  name,
  in: 'query',
  ...parameter,
}))

/** A body of bytes, of any media type. */
export const BINARY: JsonObject = { schema: {} }

const FILE_PART: JsonObject = { contentMediaType: 'application/octet-stream' }

/** The upload parameters as form fields, and the file. */
export const UPLOAD_FORM: JsonObject = {
  schema: {
    type: 'object',
    required: ['media'],
    properties: {
      ...Object.fromEntries(Object.entries(UPLOAD_PARAMETERS).map(([name, { schema }]) => [name, schema])),
      alt_text: {
        description: 'For several files, one each in their order, or one JSON array.',
        anyOf: [{ type: 'string' }, { type: 'array', items: UPLOAD_PARAMETERS.alt_text['schema'] }],
      },
      media: {
        description:
          'The file, with a filename, or up to four photos. Send the other fields before it. They may follow a single image, ' +
          'and a file if the form ends within the first segment, 4 MiB by default; `alt_text` may follow any file whose ' +
          'size was sent before it.',
        anyOf: [FILE_PART, { type: 'array', items: FILE_PART, maxItems: MAX_PHOTOS_IN_POST }],
      },
    },
  },
  encoding: { additional_owners: COMMA_SEPARATED },
}

export const UPLOAD_LENGTH: JsonObject = headerParameter('Upload-Length', 'The size of the file, in bytes.')

/** The id of a resumable upload. */
export const FILE_ID: JsonObject = pathParameter('id', { type: 'string', pattern: '^[0-9a-f]{32}$' })

export const UPLOAD_CHECKSUM: JsonObject = headerParameter(
  'Upload-Checksum',
  'The checksum of the bytes in this request: `sha1` or `sha256`, a space, and the hash in base64.',
)

/** The headers that tell tus from the IETF draft. */
export const PROTOCOL_HEADERS: readonly JsonObject[] = [
  headerParameter(
    'Tus-Resumable',
    'For tus: `1.0.0`. For the IETF draft, send `Upload-Complete` instead, except with HEAD and DELETE.',
  ),
  headerParameter(
    'Upload-Complete',
    'For the IETF draft (draft-ietf-httpbis-resumable-upload): `?1` with the last bytes of the file, `?0` before that.',
  ),
]
