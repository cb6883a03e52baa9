import { type Kind, MIB } from './bodies.ts'
import { type Measured, startSink, type Target } from './processes.ts'
import { type Contender, type Figures, medianOf, type Relay, run, startRelay, type Work } from './relays.ts'
import { RUNS, type Table } from './table.ts'

export const RUNTIMES: readonly Target[] = ['workers', 'node', 'bun', 'deno']
/** What is compared closely; the others run once, because they are much slower. */
const CLOSE: readonly Contender[] = ['ours', 'floor', 'passthrough']
/** More than this the one that holds whole files cannot be given: it takes many times as much memory. */
const MOST_PARSED_BYTES: number = 512 * MIB

/** Servers are warm after so many small uploads: until then what an upload costs is mostly the compiling of what it runs. */
export const WARM_UPS = 24
/** Small works are run more often: Linux counts CPU time in hundredths of a second. */
const LEAST_BYTES: number = 256 * MIB

const KINDS: readonly { kind: Kind; sizes: readonly (readonly [uploads: number, mib: number])[] }[] = [
  {
    kind: 'raw',
    sizes: [
      [1, 8],
      [1, 64],
      [1, 384],
      [16, 8],
      [16, 32],
      [16, 64],
    ],
  },
  { kind: 'chunked', sizes: [[1, 64]] },
  {
    kind: 'multipart',
    sizes: [
      [1, 8],
      [1, 64],
      [1, 384],
      [16, 8],
      [16, 32],
    ],
  },
]

const NOTE = `Medians of ${RUNS} runs that take turns, of more where an upload is small; for CPU the mean. Each server has relayed ${WARM_UPS} uploads of
8 MiB before. \`ours\` is the example server of this package, without a store; \`floor\` is the least code that sends the same segments,
without checks, limits or retries, and with as much memory as it likes; \`passthrough\` is \`fetch(url, { body: request.body, duplex: 'half' })\`.
The others ran once: \`re-chunking\` gathers pieces of the default reader and sends them as forms; \`parseBody\` is Hono's, with
\`twitter-api-v2\` behind it. The floor and the passthrough relay a form as it is. MB is 10⁶ bytes, CPU is user and system time of the server's
process, memory its resident memory (\`VmHWM\`). \`ours ÷\`: our figure divided by this one; \`÷ pass.\`: this one divided by the
passthrough's, in the row of the floor the price of sending segments at all. The client and the sink run on the same two cores.`

/** What relaying costs, beside what it costs the runtime alone, and beside what one would write without this package. */
export async function* throughput(targets: readonly Target[] = RUNTIMES): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    for (const target of targets) {
      const rows: string[][] = []
      for (const { kind, sizes } of KINDS) {
        const works = sizes.map(([uploads, mib]) => ({ kind, uploads, bytes: mib * MIB }))
        rows.push(...(await compare(target, kind, works, sink)))
      }
      yield {
        title: `Uploads on ${target}`,
        note: NOTE,
        columns: [
          ...['upload', 'by', 'MB/s', 'speed, ours ÷', 'speed ÷ pass.', 'CPU s/GB', 'CPU, ours ÷', 'CPU ÷ pass.'],
          ...['peak MiB', 'peak, ours ÷'],
          ...['APPENDs/GiB', 'page faults/GB', 'first APPEND, ms'],
        ],
        rows,
      }
    }
  } finally {
    await sink.kill()
  }
}

async function compare(target: Target, kind: Kind, works: readonly Work[], sink: Measured): Promise<string[][]> {
  const others: Contender[] = ['floor', 'passthrough', kind === 'multipart' ? 'parseBody' : 're-chunking']
  const relays: Relay[] = []
  try {
    for (const contender of ['ours', ...others] satisfies Contender[]) {
      const relay = await startRelay(contender, target, sink)
      relays.push(relay)
      for (let time = 0; time < WARM_UPS; time++) await run(relay, { kind, bytes: 8 * MIB, uploads: 1 })
    }
    const rows: string[][] = []
    for (const work of works) rows.push(...rowsOf(work, await takeTurns(target, relays, work)))
    return rows
  } finally {
    await Promise.all(relays.map(({ server }) => server.kill()))
  }
}

async function takeTurns(target: Target, relays: readonly Relay[], work: Work): Promise<Map<Contender, Figures[]>> {
  const runs = new Map<Contender, Figures[]>()
  const count = Math.max(RUNS, LEAST_BYTES / (work.bytes * work.uploads))
  for (let turn = 0; turn < count; turn++) {
    for (const relay of relays.filter(({ contender }) => canTake(contender, target, work))) {
      const before = runs.get(relay.contender) ?? []
      if (before.length > 0 && !CLOSE.includes(relay.contender)) continue
      runs.set(relay.contender, [...before, await run(relay, work)])
    }
  }
  return runs
}

function canTake(contender: Contender, target: Target, { uploads, bytes }: Work): boolean {
  const most = target === 'workers' ? MOST_PARSED_BYTES / 8 : MOST_PARSED_BYTES
  return contender !== 'parseBody' || uploads * bytes <= most
}

function rowsOf({ kind, uploads, bytes }: Work, runs: ReadonlyMap<Contender, readonly Figures[]>): string[][] {
  const ours = medianOf(runs.get('ours') ?? [])
  const passthrough = medianOf(runs.get('passthrough') ?? [])
  return [...runs].map(([contender, all]) => {
    const it = medianOf(all)
    const oursTo = (figure: (of: Figures) => number) => (figure(ours) / figure(it)).toFixed(2)
    const toPassthrough = (figure: (of: Figures) => number) => (figure(it) / figure(passthrough)).toFixed(2)
    const speed = ({ mbPerSec }: Figures) => mbPerSec
    const cpu = ({ cpuSecsPerGb }: Figures) => cpuSecsPerGb
    return [
      `${kind}, ${uploads} × ${bytes / MIB} MiB`,
      contender,
      ...[speed(it).toFixed(0), oursTo(speed), toPassthrough(speed)],
      ...[cpu(it).toFixed(2), oursTo(cpu), toPassthrough(cpu)],
      ...[(it.peakBytes / MIB).toFixed(0), oursTo(({ peakBytes }) => peakBytes)],
      it.appendsPerGib === 0 ? '' : it.appendsPerGib.toFixed(0),
      it.pageFaultsPerGb.toFixed(0),
      Number.isNaN(it.firstAppendMs) ? '' : it.firstAppendMs.toFixed(0),
    ]
  })
}
