import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { quote } from '../lib/quote.ts'
import { booleanText, ownerIdsText } from '../x/field-schemas.ts'
import { MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MEDIA_CATEGORIES, type MediaCategory } from '../x/limits.ts'

/** The parameters of an upload, from the query, the fields before the file, or tus metadata. Others are ignored. */
export interface UploadParameters {
  media_type?: string
  media_category?: MediaCategory
  /** Decimal digits; checked together with the headers that declare a length. */
  total_bytes?: string
  /** User ids. */
  additional_owners?: string[]
  shared?: boolean
  /** Alternative text, at most 1,000 characters. */
  alt_text?: string
}

/** The parameters as a client writes them. */
export interface UploadQuery {
  media_type?: string
  media_category?: MediaCategory
  total_bytes?: string
  /** Comma-separated. */
  additional_owners?: string
  shared?: 'true' | 'false'
  alt_text?: string
}

export const uploadParameters: z.ZodMiniType<UploadParameters, UploadQuery> = z.object({
  media_type: z.exactOptional(z.string().check(z.maxLength(255))),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  total_bytes: z.exactOptional(z.string()),
  additional_owners: z.exactOptional(ownerIdsText),
  shared: z.exactOptional(booleanText),
  alt_text: z.exactOptional(z.string().check(z.maxLength(MAX_ALT_TEXT))),
})

/** What a valid value is, per parameter, to end the sentence "Send …". */
const EXPECTED: Readonly<Record<keyof UploadParameters, string>> = {
  media_type: 'a media type such as image/png',
  media_category: `one of ${MEDIA_CATEGORIES.join(', ')}`,
  total_bytes: 'a whole number of bytes, in digits only',
  additional_owners: `up to ${MAX_ADDITIONAL_OWNERS} user ids, separated by commas`,
  shared: 'true or false',
  alt_text: `at most ${MAX_ALT_TEXT.toLocaleString('en')}`,
}

export function isParameter(name: string): name is keyof UploadParameters {
  return Object.hasOwn(EXPECTED, name)
}

/** Reads fields as parameters. Throws `invalid_parameter` for what X would refuse. */
export function readParameters(fields: Readonly<Record<string, unknown>>): UploadParameters {
  const result = uploadParameters.safeParse(fields)
  if (!result.success) throw invalidParameter(result.error.issues, fields)
  return result.data
}

/** @param given The parameters as the client sent them. */
export function invalidParameter(
  [issue]: readonly { path: PropertyKey[]; code?: string; origin?: string }[],
  given: Readonly<Record<string, unknown>>,
): XMediaError {
  const name = String(issue?.path[0])
  const value = given[name]
  if (Array.isArray(value)) {
    return new XMediaError('invalid_parameter', `\`${name}\` is in the query more than once. Send it once.`)
  }
  const text = String(value)
  const isTooLong = issue?.code === 'too_big' && issue.origin === 'string'
  const fault = isTooLong ? `has ${text.length.toLocaleString('en')} characters` : `is ${quote(text)}`
  const expected = isParameter(name) ? EXPECTED[name] : 'a valid value'
  return new XMediaError('invalid_parameter', `\`${name}\` ${fault}. Send ${expected}.`)
}

/** The parameters of the query and of the fields together. One that is in both must have the same value. */
export function mergeParameters(query: UploadParameters, fields: UploadParameters): UploadParameters {
  for (const [name, value] of Object.entries(fields)) {
    if (isParameter(name) && query[name] !== undefined && String(query[name]) !== String(value)) {
      throw new XMediaError('invalid_parameter', `The query and the fields differ in \`${name}\`. Send it once.`)
    }
  }
  return { ...query, ...fields }
}
