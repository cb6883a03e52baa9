import { errorsPage } from './errors-page.ts'
import { optionsPage } from './options-page.ts'

/** A page whose text comes from the source. */
export interface GeneratedPage {
  name: string
  url: URL
  text: string
}

const inDocs = (name: string, text: string): GeneratedPage => ({
  ...{ name, text },
  url: new URL(`../docs/${name}`, import.meta.url),
})

export const GENERATED_PAGES: readonly GeneratedPage[] = [
  inDocs('options.md', optionsPage()),
  inDocs('errors.md', errorsPage()),
]
