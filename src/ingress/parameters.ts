import * as z from 'zod/mini'
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

/** The same before they are read. */
export type UploadQuery = { [Name in keyof UploadParameters]?: string }

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
