/**
 * `npm run bench -- throughput uplink`: runs these scenarios, or all, prints their tables, keeps them in bench/results and
 * renews RESULTS.md. `npm run bench -- draw` only renews RESULTS.md and its picture from what is kept.
 */

import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { bundle } from './bundle.ts'
import { floods } from './floods.ts'
import { growth } from './growth.ts'
import { load } from './load.ts'
import { describeMachine } from './machine.ts'
import { media } from './media.ts'
import { pieces } from './pieces.ts'
import { readResults, type SavedResults, writeResults } from './saved-results.ts'
import { small } from './small.ts'
import { PICTURE, summarize } from './summary.ts'
import { type Scenario, type Table, toMarkdown } from './table.ts'
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

const DRAW = 'draw'

const asked = process.argv.slice(2)
const names = asked.length > 0 ? asked : [...SCENARIOS.keys()]
const unknown = names.find((name) => name !== DRAW && !SCENARIOS.has(name))
if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${[...SCENARIOS.keys(), DRAW].join(', ')}`)

for (const name of names) {
  const scenario = SCENARIOS.get(name)
  if (scenario) await measure(name, scenario)
}
await draw()

async function measure(name: string, scenario: Scenario): Promise<void> {
  const started = performance.now()
  const tables: Table[] = []
  for await (const table of scenario()) {
    console.log(toMarkdown(table))
    const { figure, ...rest } = table
    if (figure?.svg) await writeFile(new URL(figure.file, import.meta.url), figure.svg)
    tables.push(figure ? { ...rest, figure: { file: figure.file, alt: figure.alt } } : rest)
  }
  console.log(`${name}: ${Math.round((performance.now() - started) / 1000)} s`)
  await writeResults(name, { machine: describeMachine(), tables })
}

/** Writes RESULTS.md and its picture. A scenario without kept results keeps its text. */
async function draw(): Promise<void> {
  const sections = await readSections()
  for (const name of SCENARIOS.keys()) {
    const kept = await readResults(name)
    if (kept) sections.set(name, sectionOf(name, kept))
  }
  const { lines, svg } = await summarize()
  await writeFile(new URL(PICTURE, RESULTS), svg)
  const head = [
    '# Benchmark results',
    '',
    `![Speeds of the passthrough, of the floor and of this package, on each runtime](${PICTURE})`,
    '',
    ...lines.map((line) => `- ${line}`),
    '',
    '*The floor* is the least code that sends the same segments: no checks, no limits, no retries. *The passthrough* hands the body',
    'to `fetch` and sends no segments. [What is the runtime’s own](repro/README.md) has a short program for each claim.',
    'Compare numbers of one table only: the machine is shared, its speed is not constant.',
    '',
  ]
  const texts = [...SCENARIOS.keys()].map((name) => sections.get(name) ?? '')
  await writeFile(RESULTS, [...head, ...texts].join('\n').replace(/\n{3,}/g, '\n\n'))
}

function sectionOf(name: string, { machine, tables }: SavedResults): string {
  return [`## ${name}`, '', ...machine.map((line) => `- ${line}`), '', ...tables.map(toMarkdown)].join('\n')
}

async function readSections(): Promise<Map<string, string>> {
  const [, ...texts] = (await readFile(RESULTS, 'utf8')).split(/^(?=## )/m)
  return new Map(texts.map((text) => [/^## (\S+)/.exec(text)?.[1] ?? '', text]))
}
