import { type Limit, type MediaRule, X_MEDIA_RULES } from '../src/media/index.ts'
import { DIRECT_MESSAGES, GIFS, IMAGES, POSTS, VIDEOS } from '../src/media/rules/categories.ts'
import type { MediaCategory } from '../src/x/limits.ts'

const CATEGORIES: ReadonlyMap<readonly MediaCategory[], string> = new Map([
  [VIDEOS, 'videos'],
  [POSTS, 'videos in posts'],
  [DIRECT_MESSAGES, 'videos in direct messages'],
  [IMAGES, 'images'],
  [GIFS, 'GIFs'],
])

const VERDICTS: Readonly<Record<MediaRule['verdict'], string>> = {
  refuse: 'refused',
  'refuse-if-account-known': 'refused, if the account is known',
  warn: 'warning',
}

/** X's rules as a table, in Markdown. */
export function rulesTable(): string {
  const rows = X_MEDIA_RULES.map((rule) => {
    const categories = CATEGORIES.get(rule.categories) ?? rule.categories.join(', ')
    const cells = [`\`${rule.name}\``, categories, formatLimit(rule), VERDICTS[rule.verdict], formatSource(rule.source)]
    return `| ${cells.join(' | ')} |`
  })
  return ['| rule | for | limit | result | source |', '|---|---|---|---|---|', ...rows].join('\n')
}

function formatLimit({ limit, show = (value) => value.toLocaleString('en') }: MediaRule): string {
  if ('oneOf' in limit) return limit.oneOf.join(' or ')
  if ('min' in limit) return `at least ${show(limit.min)}`
  return `at most ${formatMax(limit, show)}`
}

function formatMax({ max }: Extract<Limit, { max: unknown }>, show: (value: number) => string): string {
  return typeof max === 'number' ? show(max) : `${show(max.ordinary)}; ${show(max.premium)} with Premium`
}

function formatSource(source: string): string {
  if (!source.startsWith('https:')) return source
  return `[${new URL(source).host}](${source})`
}
