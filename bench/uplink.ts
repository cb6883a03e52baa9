import { MIB } from './bodies.ts'
import { type Line, type Point, plotMemory } from './plot.ts'
import { type Measured, residentBytes, startSink, type Target } from './processes.ts'
import { type Contender, type Figures, medianOf, type Relay, run, startRelay, type Work } from './relays.ts'
import { median, type Table } from './table.ts'
import { RUNTIMES, WARM_UPS } from './throughput.ts'

/** Our servers, which all relay one upload at the same time: none of them is short of CPU time. */
const SERVERS = 5
/** Of the other there is one a runtime: five would need more memory than the machine has. */
const OTHER_SERVERS = 1
const LATENCY_MS = 200
const BYTES_PER_SEC = 20_000_000
const UPLOAD: Work = { kind: 'multipart', bytes: 512 * MIB, uploads: 1, bytesPerSec: BYTES_PER_SEC }
/** So that each server has opened its connections and compiled what it runs, as in throughput.ts. */
const WARM_UP: Work = { kind: 'multipart', bytes: 8 * MIB, uploads: 1 }
/** On workerd the other one ends the process for lack of memory. */
const PARSED_BYTES: Partial<Record<Target, number>> = { workers: 64 * MIB }

const SEGMENT_BYTES: number = 4 * MIB
const RECEIVE_SECS = UPLOAD.bytes / BYTES_PER_SEC
const SEGMENT_MS = (SEGMENT_BYTES / BYTES_PER_SEC) * 1000
const TIME_CEILING = 0.6
const MEMORY_CEILING = 1 / 20
const FIRST_APPEND_CEILING_MS = SEGMENT_MS + 50
const SAMPLE_MS = 250

const NOTE = `A client sends a form with a file at ${BYTES_PER_SEC / 1e6} MB/s, which takes ${RECEIVE_SECS.toFixed(1)} s for 512 MiB, and X answers each call after ${LATENCY_MS} ms.
Ours: medians of ${SERVERS} servers, which have relayed ${WARM_UPS} small uploads before and relay one each, at the same time; the other: one server, beside those of the other runtimes. Growth is the peak of the resident memory less what the server had before.
Ceilings: ${TIME_CEILING} of the other's time, ${MEMORY_CEILING.toFixed(2)} of its growth, and ${FIRST_APPEND_CEILING_MS.toFixed(0)} ms to the first APPEND, of which a segment takes
${SEGMENT_MS.toFixed(0)} ms to come in.`

/** What a slow line and a distant X make of an upload. */
export async function* uplink(targets: readonly Target[] = RUNTIMES): AsyncGenerator<Table, void, void> {
  const others = targets.map((target) =>
    upload('parseBody', target, { ...UPLOAD, bytes: parsedBytesOf(target) }, OTHER_SERVERS),
  )
  const parsed = await Promise.all(others)
  for (const [index, target] of targets.entries()) {
    const parsedBytes = parsedBytesOf(target)
    const theirs = parsed[index]
    if (theirs === undefined) continue
    const ours = await upload('ours', target, UPLOAD, SERVERS)
    const lines: Line[] = [
      { name: 'hono-x-media', color: '#0a7', points: ours.memory },
      { name: 'parseBody + twitter-api-v2', color: '#c30', points: theirs.memory },
    ]
    const title = `Resident memory of the server on ${target}, ${parsedBytes / MIB} MiB`
    yield {
      title: `A slow line and a distant X on ${target}`,
      note: NOTE,
      columns: ['by', 'MiB', 'seconds', 'ratio', 'growth, MiB', 'ratio', 'first APPEND, ms', ''],
      rows: [row('ours', UPLOAD.bytes, ours, ours), row('parseBody', parsedBytes, theirs, ours)],
      ...(target === 'node' ? { figure: { file: 'memory.svg', alt: title, svg: plotMemory(title, lines) } } : {}),
    }
  }
}

interface Outcome {
  figures: Figures
  grownBytes: number
  /** The memory of one of the servers. */
  memory: Point[]
}

function parsedBytesOf(target: Target): number {
  return PARSED_BYTES[target] ?? UPLOAD.bytes
}

async function upload(contender: Contender, target: Target, work: Work, servers: number): Promise<Outcome> {
  const pairs: { sink: Measured; relay: Relay }[] = []
  try {
    for (let server = 0; server < servers; server++) {
      const sink = await startSink(LATENCY_MS)
      pairs.push({ sink, relay: await startRelay(contender, target, sink) })
    }
    const memory: Point[] = []
    const outcomes = await Promise.all(
      pairs.map(async ({ relay }, index) => {
        for (let time = 0; time < WARM_UPS; time++) await run(relay, WARM_UP)
        const pid = relay.server.pid()
        const before = residentBytes(pid)
        const stop = index === 0 ? sample(pid, memory) : () => {}
        const figures = await run(relay, work).finally(stop)
        return { figures, grownBytes: figures.peakBytes - before }
      }),
    )
    return {
      figures: medianOf(outcomes.map(({ figures }) => figures)),
      grownBytes: median(outcomes.map(({ grownBytes }) => grownBytes)),
      memory,
    }
  } finally {
    await Promise.all(pairs.flatMap(({ sink, relay }) => [sink.kill(), relay.server.kill()]))
  }
}

function sample(pid: number, into: Point[]): () => void {
  const started = performance.now()
  const take = () => into.push([(performance.now() - started) / 1000, residentBytes(pid) / MIB])
  take()
  const timer = setInterval(take, SAMPLE_MS)
  return () => clearInterval(timer)
}

function row(name: Contender, bytes: number, it: Outcome, ours: Outcome): string[] {
  const time = ours.figures.seconds / it.figures.seconds
  const memory = ours.grownBytes / it.grownBytes
  const { firstAppendMs } = it.figures
  const isWithin =
    name === 'ours' ? firstAppendMs <= FIRST_APPEND_CEILING_MS : time <= TIME_CEILING && memory <= MEMORY_CEILING
  return [
    name,
    (bytes / MIB).toFixed(0),
    ...[it.figures.seconds.toFixed(1), time.toFixed(2)],
    ...[(it.grownBytes / MIB).toFixed(0), memory.toFixed(3)],
    firstAppendMs.toFixed(0),
    isWithin ? 'ok' : 'over',
  ]
}
