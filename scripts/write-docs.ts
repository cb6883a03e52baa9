/** Writes the pages of `docs` that come from the source: `npm run docs`. A test fails while one of them is stale. */

import { writeFileSync } from 'node:fs'
import { GENERATED_PAGES } from './generated-pages.ts'

for (const { url, text } of GENERATED_PAGES) writeFileSync(url, text)
