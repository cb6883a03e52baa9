/** Schemas of the values that X's requests and ours have in common. A name in `Text` is for queries and form fields. */

import * as z from 'zod/mini'
import { countCharacters } from '../lib/count-characters.ts'
import { EXTENDED_MAX_SEGMENTS, ID_PATTERN, MAX_ADDITIONAL_OWNERS, MAX_ALT_TEXT, MAX_TOTAL_BYTES } from './limits.ts'

export const id: z.ZodMiniType<string, string> = z.string().check(z.regex(ID_PATTERN))

/** The users who may use a media besides its uploader. */
export const ownerIds: z.ZodMiniType<string[], string[]> = z.array(id).check(z.maxLength(MAX_ADDITIONAL_OWNERS))

/** The same as text: ids separated by commas. */
export const ownerIdsText: z.ZodMiniType<string[], string> = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => text.split(',')),
    ownerIds,
  ),
)

/** Alternative text. */
export const altText: z.ZodMiniType<string, string> = z
  .string()
  .check(z.refine((text) => countCharacters(text) <= MAX_ALT_TEXT))

export const booleanText: z.ZodMiniType<boolean, 'true' | 'false'> = z.pipe(
  z.enum(['true', 'false']),
  z.transform((text: 'true' | 'false') => text === 'true'),
)

export const integerText: z.ZodMiniType<number, string> = z.pipe(
  z.string().check(z.regex(/^[0-9]{1,15}$/)),
  z.transform((text: string) => Number(text)),
)

export const totalBytes: z.ZodMiniType<number, number> = z.int().check(z.minimum(0), z.maximum(MAX_TOTAL_BYTES))

/** Any index that X is known to accept. Whether it accepts indices above 999, X decides. */
export const segmentIndex: z.ZodMiniType<number, number> = z
  .int()
  .check(z.minimum(0), z.maximum(EXTENDED_MAX_SEGMENTS - 1))
