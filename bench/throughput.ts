import { type Kind, MIB } from './bodies.ts'
import { type Measured, startSink, type Target } from './processes.ts'
import { type Contender, type Figures, medianOf, type Relay, run, startRelay, type Work } from './relays.ts'
import type { Table } from './table.ts'

export const RUNTIMES: readonly Target[] = ['workers', 'node', 'bun', 'deno']
const RUNS = 5
/** A contender that takes so long is not run again. */
const TOO_LONG_SECS = 30
/** More than this the one that holds whole files cannot be given: it takes many times as much memory. */
const MOST_PARSED_BYTES: number = 512 * MIB

const WORKS: readonly Work[] = [
  { kind: 'raw', bytes: 8 * MIB, uploads: 1 },
  { kind: 'raw', bytes: 64 * MIB, uploads: 1 },
  { kind: 'raw', bytes: 512 * MIB, uploads: 1 },
  { kind: 'raw', bytes: 8 * MIB, uploads: 16 },
  { kind: 'raw', bytes: 64 * MIB, uploads: 16 },
  { kind: 'chunked', bytes: 64 * MIB, uploads: 1 },
  { kind: 'multipart', bytes: 8 * MIB, uploads: 1 },
  { kind: 'multipart', bytes: 64 * MIB, uploads: 1 },
  { kind: 'multipart', bytes: 512 * MIB, uploads: 1 },
  { kind: 'multipart', bytes: 8 * MIB, uploads: 16 },
  { kind: 'multipart', bytes: 64 * MIB, uploads: 16 },
]

const NOTE = `Medians of ${RUNS} runs that take turns, on servers that have relayed 64 MiB twice before; fewer where one takes longer than
${TOO_LONG_SECS} s. \`ours\` is the example server of this package; \`passthrough\` is \`fetch(url, { body: request.body, duplex: 'half' })\`;
\`re-chunking\` gathers pieces of the default reader and sends them as forms; \`parseBody\` is Hono's, with \`twitter-api-v2\` behind it. MB is
10⁶ bytes, CPU is user and system time of the server's process, memory its resident memory (\`VmHWM\`). Ratios: ours to that one's. The
client and the sink run on the same two cores.`

/** What relaying costs, beside what it costs the runtime alone, and beside what one would write without this package. */
export async function* throughput(
  targets: readonly Target[] = RUNTIMES,
  works: readonly Work[] = WORKS,
  count: number = RUNS,
): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    for (const target of targets) {
      const rows: string[][] = []
      for (const work of works) rows.push(...rowsOf(work, await compare(target, work, sink, count)))
      yield {
        title: `Uploads on ${target}`,
        note: NOTE,
        columns: ['upload', 'by', 'MB/s', 'ratio', 'CPU s/GB', 'ratio', 'peak MiB', 'ratio', 'first APPEND, ms'],
        rows,
      }
    }
  } finally {
    await sink.kill()
  }
}

function contendersFor(target: Target, { kind, uploads, bytes }: Work): Contender[] {
  if (kind !== 'multipart') return ['ours', 'passthrough', 're-chunking']
  const most = target === 'workers' ? MOST_PARSED_BYTES / 8 : MOST_PARSED_BYTES
  return uploads * bytes > most ? ['ours', 'passthrough'] : ['ours', 'passthrough', 'parseBody']
}

async function compare(target: Target, work: Work, sink: Measured, count: number): Promise<Map<Contender, Figures[]>> {
  const relays: Relay[] = []
  for (const contender of contendersFor(target, work)) relays.push(await startRelay(contender, target, sink))
  const runs = new Map<Contender, Figures[]>()
  try {
    for (const relay of relays) for (let time = 0; time < 2; time++) await run(relay, warmUp(work.kind))
    for (let turn = 0; turn < count; turn++) {
      for (const relay of relays) {
        const before = runs.get(relay.contender) ?? []
        if (before.some(({ seconds }) => seconds > TOO_LONG_SECS)) continue
        runs.set(relay.contender, [...before, await run(relay, work)])
      }
    }
  } finally {
    await Promise.all(relays.map(({ server }) => server.kill()))
  }
  return runs
}

function warmUp(kind: Kind): Work {
  return { kind, bytes: 64 * MIB, uploads: 1 }
}

function rowsOf({ kind, uploads, bytes }: Work, runs: ReadonlyMap<Contender, readonly Figures[]>): string[][] {
  const ours = medianOf(runs.get('ours') ?? [])
  return [...runs].map(([contender, all]) => {
    const it = medianOf(all)
    const ratio = (figure: (of: Figures) => number) => (figure(ours) / figure(it)).toFixed(2)
    return [
      `${kind}, ${uploads} × ${bytes / MIB} MiB`,
      contender,
      ...[it.mbPerSec.toFixed(0), ratio(({ mbPerSec }) => mbPerSec)],
      ...[it.cpuSecsPerGb.toFixed(2), ratio(({ cpuSecsPerGb }) => cpuSecsPerGb)],
      ...[(it.peakBytes / MIB).toFixed(0), ratio(({ peakBytes }) => peakBytes)],
      Number.isNaN(it.firstAppendMs) ? '' : it.firstAppendMs.toFixed(0),
    ]
  })
}
