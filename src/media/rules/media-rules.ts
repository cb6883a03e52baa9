import type { Env } from 'hono'
import * as z from 'zod/mini'
import type { Account } from '../../ingress/media-check.ts'
import { isRecord } from '../../lib/is-record.ts'
import { func, valid } from '../../lib/option-checks.ts'
import { parseOptions } from '../../lib/parse-options.ts'
import type { MediaFacts } from '../../media-facts.ts'
import type { UndeclaredEnv } from '../../options.ts'
import { MEDIA_CATEGORIES, type MediaCategory } from '../../x/limits.ts'
import type { TransformImage, TransformOptions } from '../transform/options.ts'
import { ACCOUNT_RULES } from './account-rules.ts'
import { IMAGE_RULES } from './image-rules.ts'
import type { JudgeOptions } from './judge.ts'
import type { Limit, MediaRule } from './media-rule.ts'
import { VIDEO_RULES } from './video-rules.ts'

/** X's rules, each with its source. Filter or extend them for the option `rules` of `mediaRules`. */
export const X_MEDIA_RULES: readonly MediaRule[] = [...VIDEO_RULES, ...ACCOUNT_RULES, ...IMAGE_RULES]

/** A file of which X has all bytes, but no FINALIZE yet. */
export interface FinishedFile {
  /**
   * The hash of the whole file, in hexadecimal. Undefined if parts of it came before `beforeFinalize` was set, or, over X's
   * own API, out of order; rarely, also if X refused a segment as too large and the client broke off.
   */
  sha256: string | undefined
  /** Undefined if nothing is known. */
  facts: MediaFacts | undefined
  /** Size of the file, bytes. */
  totalBytes: number
  category: MediaCategory
}

/** The options of `mediaRules`. */
export interface MediaRulesOptions<E extends Env = UndeclaredEnv> extends TransformOptions<E> {
  /**
   * The account whose token uploads: X takes longer and larger videos from those with Premium. Set it if all uploads go to
   * one account, or to accounts of one kind. Limits that depend on it only warn while it is `unknown`. Default `'unknown'`.
   */
  account?: Account
  /** What files are held against. Default: X's rules, `X_MEDIA_RULES`. */
  rules?: readonly MediaRule[]
  /** What to do with a file that X never takes: `refuse` it with `media_unsupported`, or `warn`. Default `'refuse'`. */
  onViolation?: JudgeOptions['onViolation']
  /**
   * What to do with an image or GIF without alternative text: `refuse` it with `alt_text_missing`, or `warn`. Not for uploads
   * over X's own API, which sets the text afterwards. Default: nothing.
   */
  requireAltText?: 'warn' | 'refuse'
  /**
   * Looks at a file when X has all its bytes; a string refuses the file, with `content_refused`, and goes to the client. X
   * gets no FINALIZE then, and forgets the bytes. For lists of known hashes: with it, each file is hashed as it passes. It
   * may run again after an error of its own.
   */
  beforeFinalize?: (file: FinishedFile) => string | undefined | Promise<string | undefined>
}

/** The options of `mediaRules`, with their defaults. */
export interface MediaRulesSettings
  extends Required<Pick<MediaRulesOptions, 'account' | 'rules' | 'onViolation' | 'transformBytes' | 'transformWhen'>> {
  requireAltText?: MediaRulesOptions['requireAltText'] | undefined
  beforeFinalize?: MediaRulesOptions['beforeFinalize'] | undefined
  transform?: TransformImage | undefined
}

export const ACCOUNTS: readonly Account[] = ['unknown', 'ordinary', 'premium']

const text = z.string().check(z.refine((value) => value !== '', 'must not be empty'))

const rule: z.ZodMiniType<MediaRule> = z.strictObject({
  name: text,
  categories: z.array(z.enum(MEDIA_CATEGORIES)),
  verdict: z.enum(['refuse', 'refuse-if-account-known', 'warn']),
  value: func<MediaRule['value']>(),
  limit: valid<Limit>(isLimit, 'must be { max }, { min } or { oneOf }'),
  detail: text,
  show: z.optional(func<NonNullable<MediaRule['show']>>()),
  source: text,
})

const mediaRulesOptions: z.ZodMiniType<MediaRulesSettings> = z.strictObject({
  account: z._default(z.enum(ACCOUNTS), 'unknown'),
  rules: z._default(z.array(rule), [...X_MEDIA_RULES]),
  onViolation: z._default(z.enum(['refuse', 'warn']), 'refuse'),
  requireAltText: z.optional(z.enum(['warn', 'refuse'])),
  beforeFinalize: z.optional(func<NonNullable<MediaRulesOptions['beforeFinalize']>>()),
  transform: z.optional(func<TransformImage>()),
  transformBytes: z._default(z.int().check(z.minimum(1)), 25 * 1024 * 1024),
  transformWhen: z._default(z.enum(['needed', 'always']), 'needed'),
})

/** Reads the options of `mediaRules`. Throws one `TypeError` that lists everything wrong with them. */
export function readMediaRules(options: object): MediaRulesSettings {
  return parseOptions(mediaRulesOptions, options)
}

function isLimit(limit: unknown): boolean {
  if (!isRecord(limit) || Object.keys(limit).length !== 1) return false
  const { max, min, oneOf } = limit
  if (Array.isArray(oneOf)) return oneOf.length > 0 && oneOf.every((text) => typeof text === 'string')
  return isNumber(min) || isNumber(max) || (isRecord(max) && isNumber(max['ordinary']) && isNumber(max['premium']))
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}
