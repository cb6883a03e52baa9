import { readFileSync } from 'node:fs'
import { errorsPage } from './errors-page.ts'
import { optionsPage } from './options-page.ts'
import { rulesTable } from './rules-table.ts'

/** A page whose text comes from the source. */
export interface GeneratedPage {
  name: string
  url: URL
  text: string
}

const urlOf = (name: string) => new URL(`../docs/${name}`, import.meta.url)
const inDocs = (name: string, text: string): GeneratedPage => ({ name, url: urlOf(name), text })

const RULES_START = '<!-- `npm run docs` writes this table. -->'
const RULES_END = '<!-- The end of the table. -->'

/** The page on media rules, with X's rules as the source has them. */
function mediaRulesPage(): string {
  const text = readFileSync(urlOf('media-rules.md'), 'utf8')
  const [before, ...others] = text.split(RULES_START)
  const [, after] = others.join('').split(RULES_END)
  if (after === undefined) throw new Error('docs/media-rules.md has lost the comments around its table.')
  return `${before}${[RULES_START, rulesTable(), RULES_END].join('\n\n')}${after}`
}

export const GENERATED_PAGES: readonly GeneratedPage[] = [
  inDocs('options.md', optionsPage()),
  inDocs('errors.md', errorsPage()),
  inDocs('media-rules.md', mediaRulesPage()),
]
