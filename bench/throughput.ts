import { KINDS, type Kind, MIB } from './bodies.ts'
import { type Measured, startSink, type Target } from './processes.ts'
import { type Contender, medianOf, type Relay, type Run, run, startRelay, type Work } from './relays.ts'
import type { Table } from './table.ts'

const TARGETS: readonly Target[] = ['node', 'deno', 'bun', 'workers']
const RUNS = 5
const WARM_UP: Work = { kind: 'raw', bytes: 64 * MIB, uploads: 1 }
/** A contender that takes longer is not run again. */
const TOO_LONG_SECS = 12

const WORKS: readonly Work[] = [{ kind: 'raw', bytes: 64 * MIB, uploads: 1 }]

export async function* throughput(
  targets: readonly Target[] = TARGETS,
  works: readonly Work[] = WORKS,
  runs = RUNS,
): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    for (const target of targets) {
      const rows: string[][] = []
      for (const work of works) rows.push(...(await compare(target, work, sink, runs)))
      yield {
        title: `Throughput on ${target}`,
        columns: ['upload', 'by', 'MB/s', 'ratio', 'CPU s/GB', 'ratio', 'peak MiB', 'ratio', 'first APPEND, ms'],
        rows,
      }
    }
  } finally {
    await sink.kill()
  }
}

function contendersFor(kind: Kind): Contender[] {
  return kind === 'multipart' ? ['ours', 'passthrough', 'parseBody'] : ['ours', 'passthrough', 're-chunking']
}

async function compare(target: Target, work: Work, sink: Measured, count: number): Promise<string[][]> {
  const relays = await Promise.all(contendersFor(work.kind).map((contender) => startRelay(contender, target, sink)))
  const runs = new Map<Relay, Run[]>(relays.map((relay) => [relay, []]))
  try {
    for (const relay of relays) for (let i = 0; i < 2; i++) await run(relay, { ...WARM_UP, kind: work.kind })
    for (let turn = 0; turn < count; turn++) {
      for (const [relay, done] of runs) {
        if ((done[0]?.seconds ?? 0) < TOO_LONG_SECS) done.push(await run(relay, work))
      }
    }
  } finally {
    await Promise.all(relays.map(({ server }) => server.kill()))
  }
  const ours = medianOf(runs.get(relays[0] as Relay) ?? [])
  return [...runs].map(([{ contender }, done]) => {
    const m = medianOf(done)
    return [
      `${work.kind}, ${work.uploads} × ${work.bytes / MIB} MiB`,
      contender,
      m.mbPerSec.toFixed(0),
      (ours.mbPerSec / m.mbPerSec).toFixed(2),
      m.cpuSecsPerGb.toFixed(2),
      (ours.cpuSecsPerGb / m.cpuSecsPerGb).toFixed(2),
      (m.peakBytes / MIB).toFixed(0),
      (ours.peakBytes / m.peakBytes).toFixed(2),
      m.firstAppendMs.toFixed(0),
    ]
  })
}
void KINDS
