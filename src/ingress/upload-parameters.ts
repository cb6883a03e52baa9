import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { countCharacters } from '../lib/count-characters.ts'
import { quote } from '../lib/quote.ts'
import { altText, ownerIdsText } from '../x/field-schemas.ts'
import { MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MEDIA_CATEGORIES, type MediaCategory } from '../x/limits.ts'
import type { RequestedParameters } from './permissions.ts'

/** The parameters of an upload, from the query, the fields of a form, or tus metadata. Others are ignored. */
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

const MAX_MEDIA_TYPE = 255

/** How clients write a boolean: JavaScript, Python, shells, and the checkboxes of forms. In lower case. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((text) => [text, true] as const),
  ...['false', '0', 'no', 'off'].map((text) => [text, false] as const),
])

const booleanText = z.pipe(
  z.string().check(z.refine((text) => BOOLEANS.has(text.toLowerCase()))),
  z.transform((text) => BOOLEANS.get(text.toLowerCase()) === true),
)

const PARAMETERS = {
  media_type: z.exactOptional(z.string().check(z.maxLength(MAX_MEDIA_TYPE))),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  total_bytes: z.exactOptional(z.string()),
  additional_owners: z.exactOptional(ownerIdsText),
  shared: z.exactOptional(booleanText),
  alt_text: z.exactOptional(altText),
}

const uploadParameters: z.ZodMiniType<UploadParameters> = z.object(PARAMETERS)

export function isParameter(name: string): name is keyof UploadParameters {
  return Object.hasOwn(PARAMETERS, name)
}

/** Reads fields as parameters; an empty one counts as not sent. Throws `invalid_parameter` for what X would refuse. */
export function readParameters(fields: Readonly<Record<string, unknown>>): UploadParameters {
  const sent = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
  if (Object.keys(sent).length === 0) return {}
  const result = uploadParameters.safeParse(sent)
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  throw invalidParameter(name, sent[name])
}

/** Reads the parameters in a query. A value is an array if its name appears more than once. */
export function readQuery(query: Readonly<Record<string, unknown>>): UploadParameters {
  refuseLookalikes(Object.keys(query))
  return readParameters(query)
}

function invalidParameter(name: string, value: unknown): XMediaError {
  const problem = typeof value === 'string' ? problemOf(name, value) : 'was sent more than once. Send it once.'
  return new XMediaError('invalid_parameter', `\`${name}\` ${problem}`)
}

/** What is wrong with a value: the value or its size, and the rule it breaks. */
function problemOf(name: string, value: string): string {
  switch (name) {
    case 'alt_text':
      return tooMany(countCharacters(value), 'characters', MAX_ALT_TEXT)
    case 'media_type':
      return tooMany(value.length, 'characters', MAX_MEDIA_TYPE)
    case 'media_category':
      return `is ${quote(value)}. Send one of ${MEDIA_CATEGORIES.join(', ')}.`
    case 'shared':
      return `is ${quote(value)}. Send true or false.`
    default: {
      const owners = value.split(',').length
      if (owners > MAX_ADDITIONAL_OWNERS) return tooMany(owners, 'user ids', MAX_ADDITIONAL_OWNERS)
      return `is ${quote(value)}. Send up to ${MAX_ADDITIONAL_OWNERS} user ids of 1 to 19 digits, separated by commas.`
    }
  }
}

function tooMany(count: number, things: string, limit: number): string {
  return `has ${count.toLocaleString('en')} ${things}; the limit is ${limit.toLocaleString('en')}.`
}

/** The parameters' names without what clients write differently, and the names themselves. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.keys(PARAMETERS).map((name) => [withoutStyle(name), name]))

function withoutStyle(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '')
}

/**
 * Refuses names that are a parameter's but for case, underscores and hyphens, such as `altText`. Ignored like other unknown
 * names, they would be missed only when the media is out.
 */
export function refuseLookalikes(names: readonly string[]): void {
  for (const name of names) {
    const meant = isParameter(name) ? undefined : NAMES.get(withoutStyle(name))
    if (meant === undefined) continue
    throw new XMediaError('invalid_parameter', `${quote(name)} is not a parameter. Did you mean \`${meant}\`?`)
  }
}

/** Those of the parameters that are a request to X, rather than about the file. */
export function requestedParameters(parameters: UploadParameters): RequestedParameters {
  const { additional_owners: additionalOwners, shared, alt_text: altText } = parameters
  return { additionalOwners, shared, altText }
}

/** Both together. A parameter that is in both must have the same value. */
export function mergeParameters(query: UploadParameters, fields: UploadParameters): UploadParameters {
  for (const [name, value] of Object.entries(fields)) {
    const other = isParameter(name) ? query[name] : undefined
    if (other === undefined || String(other) === String(value)) continue
    const values = `${quote(String(other))} and ${quote(String(value))}`
    throw new XMediaError('invalid_parameter', `\`${name}\` was sent with two values, ${values}. Send it once.`)
  }
  return { ...query, ...fields }
}
