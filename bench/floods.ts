import { setTimeout as pause } from 'node:timers/promises'
import { type Body, createBodies } from './bodies.ts'
import { codeOf, post } from './post.ts'
import { type Measured, startContenders, startServer, startSink, TARGETS, type Target, usageOf } from './processes.ts'
import { median, type Table } from './table.ts'

const RUNS = 5
/** What a body may cost, as a multiple of an ordinary one. */
const CEILING = 3
/** A body that costs so many seconds is not measured again: it is far from an ordinary one. */
const TOO_LONG_SECS = 3
/** Time for what a server does when the connection is gone, such as collecting garbage. */
const SETTLE_MS = 50

const NOTE = `CPU seconds, user and system, of the server for one body; medians of ${RUNS} runs that take turns, one where it takes
longer than ${TOO_LONG_SECS} s. Ratios are to the ordinary body, \`multipart\` or \`raw\`. “Runtime alone” is a server that reads a body framed
like this one and throws it away, or answers 400 after the first read where this one is refused; its ratio is to the same.
“over, the runtime”: without what the runtime takes alone, a body costs at most ${CEILING} ordinary ones. The client sends every byte, whatever the answer. Linux counts in hundredths of a second.`

/** What bodies of 64 MiB cost that are made to cost much. */
export async function* floods(): AsyncGenerator<Table, void, void> {
  const bodies = createBodies()
  const sink = await startSink()
  try {
    for (const target of TARGETS) yield await measure(target, bodies, sink.url)
  } finally {
    await sink.kill()
  }
}

interface Cost {
  answer: string
  seconds: number[]
}

/** What one runtime's runs cost, by the bodies' names; for the runtime alone by how they are framed. */
interface Costs {
  bodies: Map<string, Cost>
  runtime: Map<string, number[]>
}

const REFUSED = 'refused'

async function measure(target: Target, bodies: readonly Body[], sinkUrl: string): Promise<Table> {
  const server = await startServer(target, sinkUrl)
  const runtime = await startContenders(target, sinkUrl)
  const costs: Costs = { bodies: new Map(), runtime: new Map() }
  try {
    for (const body of bodies.filter(isOrdinary)) await warmUp(body, server, runtime)
    for (let run = 0; run < RUNS; run++) {
      for (const body of bodies) await measureBody(body, server, costs)
      for (const body of bodies) await measureRuntime(body, runtime, costs)
    }
  } finally {
    await Promise.all([server.kill(), runtime.kill()])
  }
  return {
    title: `Floods of 64 MiB on ${target}`,
    note: NOTE,
    columns: ['body', 'answer', 'CPU s', 'ratio', 'ceiling', '', 'runtime alone, CPU s', 'ratio'],
    rows: bodies.map((body) => row(body, costs)),
  }
}

function isOrdinary({ name, baseline }: Body): boolean {
  return name === baseline
}

/** The first runs are slower than all others, by whatever is compiled then. */
async function warmUp(body: Body, server: Measured, runtime: Measured): Promise<void> {
  for (let run = 0; run < 2; run++) {
    await spend(server, '/media', body)
    await spend(runtime, '/drain', body)
  }
}

async function measureBody(body: Body, server: Measured, { bodies }: Costs): Promise<void> {
  const before = bodies.get(body.name)?.seconds ?? []
  if (median(before) > TOO_LONG_SECS) return
  const { answer, seconds } = await spend(server, '/media', body)
  bodies.set(body.name, { answer, seconds: [...before, seconds] })
}

/** What is in a body is nothing to the runtime: one body of each framing tells for all, and one that is refused. */
async function measureRuntime(body: Body, runtime: Measured, costs: Costs): Promise<void> {
  const framing = framingOf(body, costs)
  const before = costs.runtime.get(framing) ?? []
  const isExample = framing === REFUSED ? body.name === firstRefused(costs) : body.baseline === 'raw'
  if (!isExample || median(before) > TOO_LONG_SECS) return
  const { seconds } = await spend(runtime, framing === REFUSED ? '/refuse' : '/drain', body)
  costs.runtime.set(framing, [...before, seconds])
}

function framingOf({ name, framing }: Body, { bodies }: Costs): string {
  return isRefused(bodies.get(name)) ? REFUSED : framing
}

function firstRefused({ bodies }: Costs): string | undefined {
  return [...bodies].find(([, cost]) => isRefused(cost))?.[0]
}

function isRefused(cost: Cost | undefined): boolean {
  return cost?.answer.startsWith('4') ?? false
}

function row(body: Body, costs: Costs): string[] {
  const cost = costs.bodies.get(body.name)
  const ordinary = median(costs.bodies.get(body.baseline)?.seconds ?? [])
  const seconds = median(cost?.seconds ?? [])
  const ratio = seconds / ordinary
  const runtimeSeconds = median(costs.runtime.get(framingOf(body, costs)) ?? [])
  const runtimeRatio = runtimeSeconds / ordinary
  const ordinaryRuntime = median(costs.runtime.get('plain') ?? [])
  return [
    body.name,
    cost?.answer ?? '',
    seconds.toFixed(2),
    ratio.toFixed(2),
    ...(isOrdinary(body) ? ['', ''] : [CEILING.toFixed(1), verdict(ratio, runtimeRatio, ordinaryRuntime / ordinary)]),
    runtimeSeconds.toFixed(2),
    runtimeRatio.toFixed(2),
  ]
}

/** What goes beyond the runtime's own cost is compared with the same of the ordinary body. */
function verdict(ratio: number, runtimeRatio: number, ordinaryRuntimeRatio: number): string {
  if (ratio <= CEILING) return 'ok'
  const isOwn = ratio - runtimeRatio > CEILING * (1 - ordinaryRuntimeRatio)
  if (!isOwn) return 'over, the runtime'
  return runtimeRatio > CEILING ? 'over, as is the runtime' : 'over'
}

async function spend({ url, pid }: Measured, path: string, body: Body): Promise<{ answer: string; seconds: number }> {
  const id = pid()
  const before = usageOf(id).cpuSecs
  const { status, json } = await post({
    url: url + path + body.query,
    headers: { 'x-demo-user': 'u1', ...body.headers },
    pieces: body.pieces,
  })
  await pause(SETTLE_MS)
  return { answer: `${status || 'closed'} ${codeOf(json)}`.trim(), seconds: usageOf(id).cpuSecs - before }
}
