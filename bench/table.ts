import process from 'node:process'

/** One table of a benchmark's results. */
export interface Table {
  title: string
  /** What was measured, how, and what it is compared with. */
  note?: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  /** A picture beside the results, and what it shows. Kept results have it in its file alone. */
  figure?: { file: string; alt: string; svg?: string }
}

/** How often each work is repeated for a median; `BENCH_RUNS=1` takes a quick look. */
export const RUNS: number = Number(process.env['BENCH_RUNS'] ?? 5)

/** A scenario measures, and yields each table as soon as it is complete. */
export type Scenario = () => AsyncGenerator<Table, void, void>

export function toMarkdown({ title, note, columns, rows, figure }: Table): string {
  const widths = columns.map((_, index) => Math.max(...[columns, ...rows].map((row) => (row[index] ?? '').length)))
  // Numbers stand in columns after the first.
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, index) => pad(row[index] ?? '', width, index)).join(' | ')} |`
  const rule = `|${widths.map((width, index) => (index === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [
    ...[`### ${title}`, ''],
    ...(note ? [note, ''] : []),
    ...[line(columns), rule, ...rows.map(line), ''],
    ...(figure ? [`![${figure.alt}](${figure.file})`, ''] : []),
  ].join('\n')
}

function pad(cell: string, width: number, index: number): string {
  return index === 0 ? cell.padEnd(width) : cell.padStart(width)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
