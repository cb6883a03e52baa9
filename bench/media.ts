import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LONG_MEDIA } from '../test/support/long-media.ts'
import { MIB } from './bodies.ts'
import { startSink } from './processes.ts'
import { medianOf, run, startRelay } from './relays.ts'
import { median, type Table } from './table.ts'
import { WARM_UPS } from './throughput.ts'

const FILE_BYTES: number = 512 * MIB
const UPLOADS = 5
const PROBES = 65
/** Of the CPU time of the upload. */
const CEILING = 0.03

const NOTE = `A probe reads a file of ${FILE_BYTES / MIB} MiB in segments of 4 MiB, in a process of its own, ${PROBES} times: what the first costs, compiling
included, and the median of the others. Share: of the CPU time of the same bytes as a raw upload on node, the mean of ${UPLOADS} after ${WARM_UPS} small
ones. At most ${CEILING * 100} %, for the others. The MP4 has its index at the end; frames have 5,000 bytes, and the GIF's images 44 KiB.`

/** What it costs to know a file, beside relaying it. */
export async function* media(): AsyncGenerator<Table, void, void> {
  const uploadMs = await measureUpload()
  const rows: string[][] = []
  for (const name of Object.keys(LONG_MEDIA)) {
    const [first = Number.NaN, ...others] = await measureProbes(name)
    const later = median(others)
    const shares = [first, later].map((ms) => `${((ms / uploadMs) * 100).toFixed(2)} %`)
    rows.push([
      name,
      ...[uploadMs.toFixed(0), first.toFixed(1), later.toFixed(1), ...shares],
      later <= CEILING * uploadMs ? 'ok' : 'over',
    ])
  }
  yield {
    title: `A probe beside the upload of ${FILE_BYTES / MIB} MiB`,
    note: NOTE,
    columns: ['file', 'upload, CPU ms', 'first probe, CPU ms', 'others', 'share of first', 'of others', ''],
    rows,
  }
}

async function measureUpload(): Promise<number> {
  const sink = await startSink()
  const relay = await startRelay('ours', 'node', sink)
  try {
    for (let time = 0; time < WARM_UPS; time++) await run(relay, { kind: 'raw', bytes: 8 * MIB, uploads: 1 })
    const runs = []
    for (let turn = 0; turn < UPLOADS; turn++)
      runs.push(await run(relay, { kind: 'raw', bytes: FILE_BYTES, uploads: 1 }))
    return (medianOf(runs).cpuSecsPerGb * FILE_BYTES) / 1e6
  } finally {
    await Promise.all([sink.kill(), relay.server.kill()])
  }
}

async function measureProbes(name: string): Promise<number[]> {
  const program = fileURLToPath(new URL('probe-run.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, name, String(FILE_BYTES), String(PROBES)])
  return JSON.parse(stdout)
}
