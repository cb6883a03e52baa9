/** `npm run bench -- throughput uplink`: runs these scenarios, or all, prints their tables and renews them in RESULTS.md. */

import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { bundle } from './bundle.ts'
import { floods } from './floods.ts'
import { growth } from './growth.ts'
import { load } from './load.ts'
import { describeMachine } from './machine.ts'
import { media } from './media.ts'
import { pieces } from './pieces.ts'
import { small } from './small.ts'
import { type Scenario, toMarkdown } from './table.ts'
import { throughput } from './throughput.ts'
import { uplink } from './uplink.ts'

const SCENARIOS: ReadonlyMap<string, Scenario> = new Map([
  ['throughput', throughput],
  ['small', small],
  ['growth', growth],
  ['pieces', pieces],
  ['uplink', uplink],
  ['bundle', bundle],
  ['floods', floods],
  ['load', load],
  ['media', media],
])
const RESULTS = new URL('RESULTS.md', import.meta.url)

const asked = process.argv.slice(2)
const names = asked.length > 0 ? asked : [...SCENARIOS.keys()]
const unknown = names.find((name) => !SCENARIOS.has(name))
if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${[...SCENARIOS.keys()].join(', ')}`)

const sections = await readSections()
for (const name of names) {
  const started = performance.now()
  const text = [`## ${name}`, '', ...describeMachine().map((line) => `- ${line}`), '']
  for await (const table of SCENARIOS.get(name)?.() ?? []) {
    console.log(toMarkdown(table))
    text.push(toMarkdown(table))
    if (table.figure) await writeFile(new URL(table.figure.file, import.meta.url), table.figure.svg)
  }
  console.log(`${name}: ${Math.round((performance.now() - started) / 1000)} s`)
  sections.set(name, text.join('\n'))
  await writeFile(RESULTS, toResults(sections))
}

async function readSections(): Promise<Map<string, string>> {
  const [, ...texts] = (await readFile(RESULTS, 'utf8')).split(/^(?=## )/m)
  return new Map(texts.map((text) => [/^## (\S+)/.exec(text)?.[1] ?? '', text]))
}

function toResults(texts: ReadonlyMap<string, string>): string {
  const head = [
    '# Benchmark results',
    '',
    'What `npm run bench` printed. Compare numbers of one table only: the machine is shared, its speed is not constant.',
    '',
  ]
  return [...head, ...[...SCENARIOS.keys()].map((name) => texts.get(name) ?? '')].join('\n').replace(/\n{3,}/g, '\n\n')
}
