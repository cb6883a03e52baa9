import { createBody, createPhoto } from './bodies.ts'
import { codeOf, post } from './post.ts'
import { type Measured, startSink, type Target, usageOf } from './processes.ts'
import { type Contender, PATHS, type Relay, startRelay } from './relays.ts'
import { median, RUNS, type Table } from './table.ts'
import { RUNTIMES } from './throughput.ts'

const BYTES = 200_000
const UPLOADS = 1000
const AT_ONCE = 16
const CONTENDERS: readonly Contender[] = ['ours', 'floor', 'passthrough', 'parseBody', 'ours, one call']

const NOTE = `Forms with a file of ${BYTES / 1000} kB, ${UPLOADS.toLocaleString('en')} of them, ${AT_ONCE} at once: INIT, one APPEND and FINALIZE each. Medians of ${RUNS} runs that take
turns, after one that does not count. \`ours ÷\`: our figure divided by this one. The contenders are those of \`throughput\`; \`ours, one call\`
has raw photos and \`x.oneShotBytes\`, so that each takes one call; \`durable\` is ours with a store of Durable Objects, which also keeps each
upload's quota and owner, on workerd's local disk.`

interface SmallFigures {
  uploadsPerSec: number
  cpuMs: number
  latencyMs: number
}

/** What an upload costs whatever its size. */
export async function* small(targets: readonly Target[] = RUNTIMES): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    for (const target of targets) {
      yield {
        title: `Small uploads on ${target}`,
        note: NOTE,
        columns: ['by', 'uploads/s', 'speed, ours ÷', 'CPU ms each', 'CPU, ours ÷', 'latency, ms', 'latency, ours ÷'],
        rows: await measure(target, sink),
      }
    }
  } finally {
    await sink.kill()
  }
}

async function measure(target: Target, sink: Measured): Promise<string[][]> {
  const contenders: readonly Contender[] = target === 'workers' ? [...CONTENDERS, 'durable'] : CONTENDERS
  const relays = await Promise.all(contenders.map((contender) => startRelay(contender, target, sink)))
  try {
    for (const relay of relays) await run(relay)
    const runs = new Map<Contender, SmallFigures[]>()
    for (let turn = 0; turn < RUNS; turn++) {
      for (const relay of relays) runs.set(relay.contender, [...(runs.get(relay.contender) ?? []), await run(relay)])
    }
    return contenders.map((contender) => {
      const figures = (['uploadsPerSec', 'cpuMs', 'latencyMs'] as const).flatMap((name) => {
        const [ours, it] = [runs.get('ours'), runs.get(contender)].map((all = []) => median(all.map((of) => of[name])))
        return [
          it?.toFixed(name === 'uploadsPerSec' ? 0 : 1) ?? '',
          ((ours ?? Number.NaN) / (it ?? Number.NaN)).toFixed(2),
        ]
      })
      return [contender, ...figures]
    })
  } finally {
    await Promise.all(relays.map(({ server }) => server.kill()))
  }
}

async function run({ contender, server }: Relay): Promise<SmallFigures> {
  const { headers, pieces } = contender === 'ours, one call' ? createPhoto(BYTES) : createBody('multipart', BYTES)
  const url = server.url + PATHS[contender]
  const pid = server.pid()
  const before = usageOf(pid)
  const started = performance.now()
  const latencies: number[] = []
  let left = UPLOADS
  // Each client is a subject of its own: one may make 3,000 calls an hour.
  async function uploadInTurn(client: number): Promise<void> {
    while (left-- > 0) {
      const { status, json, ms } = await post({ url, headers: { 'x-demo-user': `u${client}`, ...headers }, pieces })
      if (status !== 201) throw new Error(`${contender} answered ${status} ${codeOf(json)}`)
      latencies.push(ms)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, client) => uploadInTurn(client)))
  return {
    uploadsPerSec: UPLOADS / ((performance.now() - started) / 1000),
    cpuMs: ((usageOf(pid).cpuSecs - before.cpuSecs) / UPLOADS) * 1000,
    latencyMs: median(latencies),
  }
}
