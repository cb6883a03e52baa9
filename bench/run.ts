/** `npm run bench -- floods load`: runs these scenarios, or all, prints their tables and writes RESULTS.md. */

import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { floods } from './floods.ts'
import { load } from './load.ts'
import { describeMachine } from './machine.ts'
import { type Scenario, toMarkdown } from './table.ts'

const SCENARIOS: ReadonlyMap<string, Scenario> = new Map([
  ['floods', floods],
  ['load', load],
])

const asked = process.argv.slice(2)
const names = asked.length > 0 ? asked : [...SCENARIOS.keys()]
const unknown = names.find((name) => !SCENARIOS.has(name))
if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${[...SCENARIOS.keys()].join(', ')}`)

// Numbers of different runs cannot be compared, so the file has those of one run and no others.
const results = [
  '# Benchmark results',
  '',
  `\`npm run bench -- ${names.join(' ')}\`. Compare numbers of one table only: the machine is shared, its speed is not constant.`,
  '',
  ...describeMachine().map((line) => `- ${line}`),
  '',
]
for (const name of names) {
  const started = performance.now()
  results.push(`## ${name}`, '')
  for await (const table of SCENARIOS.get(name)?.() ?? []) {
    const text = toMarkdown(table)
    console.log(text)
    results.push(text)
  }
  console.log(`${name}: ${Math.round((performance.now() - started) / 1000)} s`)
}
await writeFile(new URL('RESULTS.md', import.meta.url), results.join('\n'))
