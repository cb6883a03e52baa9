import { MIB } from './bodies.ts'
import { type Measured, startSink, type Target } from './processes.ts'
import { type Figures, medianOf, run, startRelay, type Work } from './relays.ts'
import { RUNS, type Table } from './table.ts'
import { RUNTIMES } from './throughput.ts'

const SMALL: Work = { kind: 'raw', bytes: 64 * MIB, uploads: 1 }
const LARGE: Work = { kind: 'raw', bytes: 1024 * MIB, uploads: 1 }
const DRIP: Work = { kind: 'drip', bytes: 64 * MIB, uploads: 1 }
/** Uploads before the first that counts: a runtime's heap takes a while to find its size. */
const WARM_UPS = 16
/** V8's memory for young objects may grow threefold to 16 MiB each under load, whatever the objects are. */
const NODE_NURSERY = '--max-semi-space-size=2'
/** What memory may grow by. */
const CEILING_BYTES: number = 8 * MIB

const NOTE = `Raw bodies, one at a time: ${SMALL.bytes / MIB} MiB and ${LARGE.bytes / MIB} MiB take turns on one server, which has relayed ${WARM_UPS} of the small ones before. Medians of ${RUNS}
runs each; memory is the peak of the server's resident memory during the upload. Growth: the large ones' median less the small ones'; at
most ${CEILING_BYTES / MIB} MiB. The drip: ${DRIP.bytes / MIB} MiB in writes of 1 KiB, and the same through the runtime's own passthrough.`

/** Whether larger uploads cost more, by the byte or in memory. */
export async function* growth(targets: readonly Target[] = RUNTIMES): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    const rows: string[][] = []
    for (const target of targets) rows.push(await measure(target, sink))
    if (targets.includes('node')) rows.push(await measure('node', sink, NODE_NURSERY))
    yield {
      title: `From ${SMALL.bytes / MIB} MiB to ${LARGE.bytes / MIB} MiB`,
      note: NOTE,
      columns: [
        ...['runtime', 'CPU s/GB, small', 'large', 'ratio', 'peak MiB, small', 'large', 'growth', ''],
        ...['CPU s/GB, drip', 'passthrough', 'ratio'],
      ],
      rows,
    }
  } finally {
    await sink.kill()
  }
}

async function measure(target: Target, sink: Measured, flag?: string): Promise<string[]> {
  const env = flag === undefined ? {} : { NODE_OPTIONS: flag }
  const ours = await startRelay('ours', target, sink, env)
  const passthrough = await startRelay('passthrough', target, sink, env)
  try {
    for (let time = 0; time < WARM_UPS; time++) await run(ours, SMALL)
    await run(passthrough, SMALL)
    const [small, large, drip, passed]: [Figures[], Figures[], Figures[], Figures[]] = [[], [], [], []]
    for (let turn = 0; turn < RUNS; turn++) {
      small.push(await run(ours, SMALL))
      large.push(await run(ours, LARGE))
    }
    for (let turn = 0; turn < RUNS; turn++) {
      drip.push(await run(ours, DRIP))
      passed.push(await run(passthrough, DRIP))
    }
    const [a, b, c, d] = [medianOf(small), medianOf(large), medianOf(drip), medianOf(passed)]
    const grown = b.peakBytes - a.peakBytes
    return [
      [target, flag].filter(Boolean).join(' '),
      ...pair(a.cpuSecsPerGb, b.cpuSecsPerGb),
      ...[a.peakBytes, b.peakBytes, grown].map((bytes) => (bytes / MIB).toFixed(0)),
      grown <= CEILING_BYTES ? 'ok' : 'over',
      ...pair(c.cpuSecsPerGb, d.cpuSecsPerGb).slice(0, 2),
      (c.cpuSecsPerGb / d.cpuSecsPerGb).toFixed(2),
    ]
  } finally {
    await Promise.all([ours.server.kill(), passthrough.server.kill()])
  }
}

function pair(first: number, second: number): string[] {
  return [first.toFixed(2), second.toFixed(2), (second / first).toFixed(2)]
}
