import { bundleSize } from '../test/support/bundle.ts'
import type { Table } from './table.ts'

const ENTRIES = ['src/index.ts', 'adapters/cloudflare.ts'] as const
/** What is in a bundle besides this package's own code. */
const PARTS = ['zod', 'hono'] as const

const NOTE = `Minified by esbuild and gzipped, bytes, with all dependencies; a part is what the bundle is larger by because of it.
\`adapters/cloudflare.ts\` is used with \`src/index.ts\`, and shares only a few constants with it.`

/** What a Worker pays for the package at each deployment and cold start. */
export async function* bundle(): AsyncGenerator<Table, void, void> {
  const rows: string[][] = []
  for (const entry of ENTRIES) {
    const whole = await bundleSize(entry)
    const parts: number[] = []
    for (const part of PARTS) parts.push(whole.gzipped - (await bundleSize(entry, [part])).gzipped)
    rows.push([entry, ...[whole.minified, whole.gzipped, ...parts].map(String)])
  }
  yield {
    title: 'Size of the bundle',
    note: NOTE,
    columns: ['entry', 'minified', 'gzipped', ...PARTS.map((part) => `of which ${part}`)],
    rows,
  }
}
