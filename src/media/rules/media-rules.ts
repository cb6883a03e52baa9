import * as z from 'zod/mini'
import { isRecord } from '../../lib/is-record.ts'
import { func, valid } from '../../lib/option-checks.ts'
import { parseOptions } from '../../lib/parse-options.ts'
import { MEDIA_CATEGORIES } from '../../x/limits.ts'
import { ACCOUNT_RULES } from './account-rules.ts'
import { IMAGE_RULES } from './image-rules.ts'
import type { JudgeOptions } from './judge.ts'
import type { Account, Limit, MediaRule } from './media-rule.ts'
import { VIDEO_RULES } from './video-rules.ts'

/** X's rules, each with its source. Filter or extend them for the option `rules` of `mediaRules`. */
export const X_MEDIA_RULES: readonly MediaRule[] = [...VIDEO_RULES, ...ACCOUNT_RULES, ...IMAGE_RULES]

/** The options of `mediaRules`. */
export interface MediaRulesOptions {
  /**
   * The account whose token uploads: X takes longer and larger videos from those with Premium. Set it if all uploads go to
   * one account, or to accounts of one kind. Limits that depend on it only warn while it is `unknown`. Default `'unknown'`.
   */
  account?: Account
  /** What files are held against. Default: X's rules, `X_MEDIA_RULES`. */
  rules?: readonly MediaRule[]
  /** What to do with a file that X never takes: `refuse` it with `media_unsupported`, or `warn`. Default `'refuse'`. */
  onViolation?: JudgeOptions['onViolation']
}

/** The options of `mediaRules`, with their defaults. */
export type MediaRulesSettings = Required<MediaRulesOptions>

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
  account: z._default(z.enum(['unknown', 'ordinary', 'premium']), 'unknown'),
  rules: z._default(z.array(rule), [...X_MEDIA_RULES]),
  onViolation: z._default(z.enum(['refuse', 'warn']), 'refuse'),
})

/**
 * Says what to do with files that X does not take. Throws one `TypeError` that lists everything wrong with the options.
 *
 * @example
 * ```ts
 * mediaRules({ account: 'premium' })
 * mediaRules({ rules: X_MEDIA_RULES.filter(({ name }) => name !== 'bit_rate') })
 * ```
 */
export function mediaRules(options: MediaRulesOptions = {}): MediaRulesSettings {
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
