import { readFileSync } from 'node:fs'
import { errorsPage } from './errors-page.ts'
import { frameworksTable, hostsTable } from './hosts-tables.ts'
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

const TABLE_START = '<!-- `npm run docs` writes this table. -->'
const TABLE_END = '<!-- The end of the table. -->'

/** A page whose tables alone come from the source, in their order there. */
function withTables(name: string, ...tables: readonly string[]): GeneratedPage {
  const [before = '', ...parts] = readFileSync(urlOf(name), 'utf8').split(TABLE_START)
  const after = parts.map((part) => part.split(TABLE_END)[1])
  if (after.length !== tables.length || after.includes(undefined)) {
    throw new Error(`docs/${name} has lost the comments around its tables.`)
  }
  const written = tables.map((table, index) => [TABLE_START, table, TABLE_END].join('\n\n') + after[index])
  return inDocs(name, [before, ...written].join(''))
}

export const GENERATED_PAGES: readonly GeneratedPage[] = [
  inDocs('options.md', optionsPage()),
  inDocs('errors.md', errorsPage()),
  withTables('media-rules.md', rulesTable()),
  withTables('hosting.md', hostsTable(), frameworksTable()),
]
