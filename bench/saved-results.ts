import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { Table } from './table.ts'

/** What a scenario has measured last, as it is kept in bench/results. */
export interface SavedResults {
  /** The machine and the day. */
  machine: readonly string[]
  tables: readonly Table[]
}

const FOLDER = new URL('results/', import.meta.url)

/** The results of a scenario; undefined when none are kept. */
export async function readResults(scenario: string): Promise<SavedResults | undefined> {
  const text = await readFile(fileOf(scenario), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

export async function writeResults(scenario: string, results: SavedResults): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(fileOf(scenario), `${JSON.stringify(results, undefined, 2)}\n`)
}

function fileOf(scenario: string): URL {
  return new URL(`${scenario}.json`, FOLDER)
}

/** The number in one cell: of the first row that begins with these cells. NaN when it was not measured. */
export function numberIn(
  results: SavedResults | undefined,
  title: string,
  row: readonly string[],
  column: string,
): number {
  const table = results?.tables.find((one) => one.title === title)
  const cells = table?.rows.find((own) => row.every((cell, index) => own[index] === cell))
  const text = cells?.[table?.columns.indexOf(column) ?? -1]
  return text ? Number(text) : Number.NaN
}
