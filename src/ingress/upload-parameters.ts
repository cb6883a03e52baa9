import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { ID_PATTERN, MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MEDIA_CATEGORIES, type MediaCategory } from '../x/limits.ts'

/** The parameters of an upload, as query or as multipart fields in front of the file. Others are left alone. */
export interface UploadParameters {
  media_type?: string
  media_category?: MediaCategory
  /** Decimal digits; read as a length with the headers. */
  total_bytes?: string
  /** User ids. */
  additional_owners?: string[]
  shared?: boolean
  /** Alternative text, at most 1000 characters. */
  alt_text?: string
}

/** The same as a client writes them. */
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
  additional_owners: z.exactOptional(
    z.pipe(
      z.string(),
      z.pipe(
        z.transform((list: string) => list.split(',')),
        z.array(z.string().check(z.regex(ID_PATTERN))).check(z.maxLength(MAX_ADDITIONAL_OWNERS)),
      ),
    ),
  ),
  shared: z.exactOptional(
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((value: 'true' | 'false') => value === 'true'),
    ),
  ),
  alt_text: z.exactOptional(z.string().check(z.maxLength(MAX_ALT_TEXT))),
})

export function isParameter(name: string): name is keyof UploadParameters {
  return PARAMETER_NAMES.has(name)
}

const PARAMETER_NAMES: ReadonlySet<string> = new Set<keyof UploadParameters>([
  'media_type',
  'media_category',
  'total_bytes',
  'additional_owners',
  'shared',
  'alt_text',
])

/** Reads fields as parameters; throws `invalid_parameter` for what X would refuse. */
export function readParameters(fields: Readonly<Record<string, unknown>>): UploadParameters {
  const result = uploadParameters.safeParse(fields)
  if (!result.success) throw invalidParameter(result.error.issues)
  return result.data
}

export function invalidParameter(issues: readonly { path: PropertyKey[]; message: string }[]): XMediaError {
  const [issue] = issues
  const name = String(issue?.path[0] ?? 'query')
  return new XMediaError('invalid_parameter', `The parameter ${name} is not valid: ${issue?.message ?? 'unknown'}.`)
}

/** The parameters of query and fields together; one that is in both must be the same. */
export function mergeParameters(query: UploadParameters, fields: UploadParameters): UploadParameters {
  for (const [name, value] of Object.entries(fields)) {
    if (isParameter(name) && query[name] !== undefined && String(query[name]) !== String(value)) {
      throw new XMediaError('invalid_parameter', `The parameter ${name} is in the query and in a field, and differs.`)
    }
  }
  return { ...query, ...fields }
}
