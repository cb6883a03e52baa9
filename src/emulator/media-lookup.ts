/** `GET /2/media` and `GET /2/media/:media_key`: media as posts have them. The app's own token may ask too. */

import * as z from 'zod/mini'
import type { ApiCall } from './api-call.ts'
import { badRequest, jsonResponse, resourceNotFound } from './api-responses.ts'
import { uniqueFields } from './call-body.ts'
import type { EmulatorState } from './emulator-state.ts'
import { imageSize } from './image-size.ts'
import { isUsable } from './media-object.ts'
import { altText } from './upload-report.ts'
import { bytesOf, type Upload } from './uploads.ts'

const MEDIA_KEY = /^[0-9]+_[0-9]+$/

/** As in OpenAPI 2.167. Of these, the emulator knows no URLs, durations, variants or metrics beyond views. */
const MEDIA_FIELDS = [
  'alt_text',
  'duration_ms',
  'height',
  'media_key',
  'non_public_metrics',
  'organic_metrics',
  'preview_image_url',
  'promoted_metrics',
  'public_metrics',
  'type',
  'url',
  'variants',
  'width',
] as const
type MediaField = (typeof MEDIA_FIELDS)[number]

const list = z.pipe(
  z.string(),
  z.transform((text: string) => text.split(',')),
)
const fieldsQuery = {
  'media.fields': z.exactOptional(
    z.pipe(list, z.array(z.enum(MEDIA_FIELDS)).check(z.refine((fields) => new Set(fields).size === fields.length))),
  ),
}
const oneQuery = z.strictObject(fieldsQuery)
const manyQuery = z.strictObject({
  ...fieldsQuery,
  media_keys: z.pipe(list, z.array(z.string().check(z.regex(MEDIA_KEY))).check(z.maxLength(100))),
})

export function lookUpMedia(state: EmulatorState, call: ApiCall): Response {
  call.authorizeAny('tweet.read')
  call.allowQuery('media_keys', 'media.fields')
  const { media_keys: keys, 'media.fields': fields } = call.validate(manyQuery, uniqueFields(call.query))
  const found = keys.map((key) => describeAttachment(state, key, fields))
  const data = found.filter((media) => media !== undefined)
  const errors = keys
    .filter((_, index) => found[index] === undefined)
    .map((key) => resourceNotFound('media', 'media_keys', key))
  return jsonResponse({ ...(data.length > 0 ? { data } : {}), ...(errors.length > 0 ? { errors } : {}) })
}

export function lookUpOneMedia(state: EmulatorState, call: ApiCall): Response {
  call.authorizeAny('tweet.read')
  call.allowQuery('media.fields')
  const key = call.path.slice(call.path.lastIndexOf('/') + 1)
  if (!MEDIA_KEY.test(key)) {
    throw badRequest('The `media_key` path parameter is not valid', { media_key: [key.slice(0, 100)] })
  }
  const { 'media.fields': fields } = call.validate(oneQuery, uniqueFields(call.query))
  const data = describeAttachment(state, key, fields)
  return jsonResponse(data === undefined ? { errors: [resourceNotFound('media', 'media_key', key)] } : { data })
}

/** A media as X describes it in posts; undefined when posts cannot have it. */
function describeAttachment(
  state: EmulatorState,
  key: string,
  fields: readonly MediaField[] = [],
): Partial<Record<MediaField, unknown>> | undefined {
  const upload = state.uploads.all().find(({ mediaKey }) => mediaKey === key)
  const type = upload === undefined ? undefined : attachmentType(upload)
  if (upload === undefined || type === undefined || !isUsable(state, upload)) return undefined
  const size = type === 'video' ? undefined : imageSize(bytesOf(upload))
  const values: Partial<Record<MediaField, unknown>> = {
    alt_text: altText(upload.metadata),
    width: size?.w,
    height: size?.h,
    public_metrics: type === 'photo' ? undefined : { view_count: 0 },
  }
  const wanted = fields.filter((field) => values[field] !== undefined).map((field) => [field, values[field]])
  return { media_key: key, type, ...Object.fromEntries(wanted) }
}

/** Undefined for subtitles, which no post can have by themselves. */
function attachmentType({ category }: Upload): 'photo' | 'animated_gif' | 'video' | undefined {
  if (category.endsWith('_image')) return 'photo'
  if (category.endsWith('_gif')) return 'animated_gif'
  return category.endsWith('_video') ? 'video' : undefined
}
