import type { Account } from '../../ingress/media-check.ts'
import type { MediaFacts, Violation } from '../../media-facts.ts'
import type { JudgedMedia, Limit, MediaRule, PerAccount } from './media-rule.ts'
import { showNumber } from './show.ts'

/** What `judge` knows besides the facts. */
export interface JudgeOptions extends Omit<JudgedMedia, 'facts'> {
  rules: readonly MediaRule[]
  /** The account that the file goes to. */
  account: Account
  /** `warn` makes warnings of all violations. */
  onViolation: 'refuse' | 'warn'
}

export interface Judgement {
  /** Reasons to refuse the file. */
  violations: Violation[]
  /** Reasons why X may not take it. */
  warnings: Violation[]
}

/** Holds what a file says about itself against the rules of its category. What is unknown passes. */
export function judge(facts: MediaFacts, options: JudgeOptions): Judgement {
  const { rules, account, onViolation, ...media } = options
  const judgement: Judgement = { violations: [], warnings: [] }
  for (const rule of rules) {
    if (!rule.categories.includes(media.category)) continue
    const actual = rule.value({ ...media, facts })
    if (actual === undefined || fits(actual, rule.limit, account)) continue
    const isRefused = onViolation === 'refuse' && refuses(rule, account)
    judgement[isRefused ? 'violations' : 'warnings'].push(violationOf(rule, actual, account))
  }
  return judgement
}

function refuses({ verdict }: MediaRule, account: Account): boolean {
  return verdict === 'refuse' || (verdict === 'refuse-if-account-known' && account !== 'unknown')
}

/** A value that cannot be compared with the limit, such as NaN, fits. */
function fits(actual: number | string, limit: Limit, account: Account): boolean {
  if ('oneOf' in limit) return typeof actual === 'number' || limit.oneOf.includes(actual)
  if (typeof actual === 'string') return true
  return 'min' in limit ? !(actual < limit.min) : !(actual > maxFor(limit.max, account))
}

/** The lower limit is assumed for an unknown account. */
function maxFor(max: number | PerAccount, account: Account): number {
  if (typeof max === 'number') return max
  return account === 'premium' ? max.premium : max.ordinary
}

function violationOf(rule: MediaRule, actual: number | string, account: Account): Violation {
  const { name, limit, detail, source, show = showNumber } = rule
  const broken = brokenLimit(limit, account)
  const shown = (value: number | string) => (typeof value === 'number' ? show(value) : value)
  const premium = account === 'unknown' ? premiumMax(limit) : undefined
  const shownLimit = premium === undefined ? shown(broken) : `${shown(broken)} (${show(premium)} with Premium)`
  const sentence = detail.replaceAll('{actual}', () => shown(actual)).replaceAll('{limit}', () => shownLimit)
  return { rule: name, actual, limit: broken, source, detail: sentence }
}

function brokenLimit(limit: Limit, account: Account): number | string {
  if ('oneOf' in limit) return limit.oneOf.join(' or ')
  return 'min' in limit ? limit.min : maxFor(limit.max, account)
}

function premiumMax(limit: Limit): number | undefined {
  return 'max' in limit && typeof limit.max === 'object' ? limit.max.premium : undefined
}
