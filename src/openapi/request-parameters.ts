import type { UploadParameters } from '../ingress/upload-parameters.ts'
import { MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MEDIA_CATEGORIES, MEDIA_TYPES } from '../x/limits.ts'
import { BYTES, ID, type Json } from './body-schemas.ts'

export const text = (description: string): Json => ({ description, schema: { type: 'string' } })
export const header = (name: string, description: string, required = false): Json => ({
  ...{ name, in: 'header', ...text(description) },
  ...(required ? { required } : {}),
})
export const path = (name: string, schema: Json): Json => ({ name, in: 'path', required: true, schema })

const LIST = { style: 'form', explode: false }

const UPLOAD_PARAMETERS: Readonly<Record<keyof UploadParameters, Json>> = {
  media_type: { ...text('The media type, where Content-Type is not it.'), schema: { enum: MEDIA_TYPES } },
  media_category: { ...text('What the media is for. Default: by its type.'), schema: { enum: MEDIA_CATEGORIES } },
  total_bytes: { ...text('The size of the file, bytes.'), schema: BYTES },
  additional_owners: {
    ...text('User ids that may use the media, comma-separated.'),
    schema: { type: 'array', items: ID, maxItems: MAX_ADDITIONAL_OWNERS },
    ...LIST,
  },
  shared: { ...text('Whether the media is for several direct messages.'), schema: { type: 'boolean' } },
  alt_text: { ...text('Alternative text.'), schema: { type: 'string', maxLength: MAX_ALT_TEXT } },
}

export const IN_QUERY: readonly Json[] = Object.entries(UPLOAD_PARAMETERS).map(([name, parameter]) => ({
  ...{ name, in: 'query' },
  ...parameter,
}))

/** Whatever bytes. */
export const BINARY: Json = { schema: {} }

/** The parameters as fields, and the file behind them. */
export const FORM_CONTENT: Json = {
  schema: {
    type: 'object',
    required: ['media'],
    properties: {
      ...Object.fromEntries(Object.entries(UPLOAD_PARAMETERS).map(([name, { schema }]) => [name, schema])),
      media: { description: 'The file; it comes last.', contentMediaType: 'application/octet-stream' },
    },
  },
  encoding: { additional_owners: LIST },
}

export const UPLOAD_LENGTH: Json = header('Upload-Length', 'The size of the file, bytes.')
export const FILE_ID: Json = path('id', { type: 'string', pattern: '^[0-9a-f]{32}$' })
export const CHECKSUM: Json = header('Upload-Checksum', 'Of the bytes that come along; `sha1` or `sha256`.')
/** Which protocol a request speaks. */
export const PROTOCOL: readonly Json[] = [
  header('Tus-Resumable', '`1.0.0` for tus; the IETF’s draft has Upload-Complete instead.'),
  header('Upload-Complete', '`?1` with the last bytes, `?0` before.'),
]
