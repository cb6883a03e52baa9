import { setTimeout as pause } from 'node:timers/promises'
import { peakMemory } from '../test/support/memory.ts'
import { createBody, type Kind, MIB } from './bodies.ts'
import { codeOf, post } from './post.ts'
import { type Measured, startContenders, startInMemory, startServer, type Target, usageOf } from './processes.ts'
import type { SinkReport } from './sink.ts'
import { median } from './table.ts'

/** What uploads can be relayed by: this package, and what may stand in its place. The paths are those of contenders/app.ts. */
export const PATHS = {
  ours: '/media',
  /** On workerd: ours with a store of Durable Objects. */
  durable: '/media',
  /** Ours with `x.oneShotBytes`: a photo takes one call instead of three. */
  'ours, one call': '/media',
  floor: '/floor',
  passthrough: '/passthrough',
  're-chunking': '/rechunk',
  parseBody: '/parse-body',
} as const

export type Contender = keyof typeof PATHS

/** The servers that are not made of contenders/app.ts. */
const STARTS: ReadonlyMap<Contender, typeof startContenders> = new Map([
  ['ours', startInMemory],
  ['ours, one call', (target, xUrl) => startInMemory(target, xUrl, { X_MEDIA_ONE_SHOT_BYTES: '1000000' })],
  ['durable', startServer],
])

/** A server that relays uploads to a sink. */
export interface Relay {
  contender: Contender
  server: Measured
  sink: Measured
}

/** Uploads of one kind, some at once. */
export interface Work {
  kind: Kind
  bytes: number
  uploads: number
  /** What a client may send a second, each; as fast as it can by default. */
  bytesPerSec?: number
}

/** What one run of a work came to. */
export interface Figures {
  seconds: number
  mbPerSec: number
  cpuSecsPerGb: number
  peakBytes: number
  /** 256 is the least, with segments of 4 MiB; 0 where there was none. */
  appendsPerGib: number
  pageFaultsPerGb: number
  /** From the beginning of the first upload to the first byte of the first APPEND; NaN where there was none. */
  firstAppendMs: number
}

const MB = 1e6
const GB = 1e9
const GIB: number = 1024 * MIB
/** Time for what a server does when an upload has ended. */
const SETTLE_MS = 50

export async function startRelay(
  contender: Contender,
  target: Target,
  sink: Measured,
  env?: Record<string, string>,
): Promise<Relay> {
  const start = STARTS.get(contender) ?? startContenders
  return { contender, server: await start(target, sink.url, env), sink }
}

/** Makes the uploads and waits for all of them. */
export async function run({ contender, server, sink }: Relay, work: Work): Promise<Figures> {
  const { kind, uploads, bytes } = work
  const { headers, pieces } = createBody(kind, bytes)
  const url = server.url + PATHS[contender]
  const pid = server.pid()
  await reportOf(sink)
  const before = usageOf(pid)
  let seconds = 0
  const startedAt = performance.timeOrigin + performance.now()
  const peakBytes = await peakMemory(pid, async () => {
    const started = performance.now()
    const posts = Array.from({ length: uploads }, () =>
      post({
        url,
        headers: { 'x-demo-user': 'u1', ...headers },
        pieces: work.bytesPerSec ? slowly(pieces, work.bytesPerSec) : pieces,
      }),
    )
    for (const { status, json } of await Promise.all(posts)) {
      if (status !== 201)
        throw new Error(`${contender} answered ${status} ${codeOf(json)} to ${kind} of ${bytes} bytes`)
    }
    seconds = (performance.now() - started) / 1000
  })
  await pause(SETTLE_MS)
  const after = usageOf(pid)
  const { firstAppendAt = Number.NaN, appends, bytes: arrived } = await reportOf(sink)
  if (arrived < uploads * bytes) throw new Error(`${contender} relayed ${arrived} of ${uploads * bytes} bytes`)
  const total = uploads * bytes
  return {
    seconds,
    mbPerSec: total / MB / seconds,
    cpuSecsPerGb: (after.cpuSecs - before.cpuSecs) / (total / GB),
    peakBytes,
    appendsPerGib: appends / (total / GIB),
    pageFaultsPerGb: (after.pageFaults - before.pageFaults) / (total / GB),
    firstAppendMs: firstAppendAt - startedAt,
  }
}

/** The runs' medians, each figure for itself; for CPU the mean, since it comes in hundredths of a second. */
export function medianOf(runs: readonly Figures[]): Figures {
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    mbPerSec: median(runs.map(({ mbPerSec }) => mbPerSec)),
    cpuSecsPerGb: runs.reduce((sum, { cpuSecsPerGb }) => sum + cpuSecsPerGb, 0) / runs.length,
    peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
    appendsPerGib: median(runs.map(({ appendsPerGib }) => appendsPerGib)),
    pageFaultsPerGb: median(runs.map(({ pageFaultsPerGb }) => pageFaultsPerGb)),
    firstAppendMs: median(runs.map(({ firstAppendMs }) => firstAppendMs)),
  }
}

async function reportOf({ url }: Measured): Promise<SinkReport> {
  return await (await fetch(`${url}/report`)).json()
}

const SLICE_BYTES: number = 16 * 1024

/** A body at the pace of a slow line, in slices as small as its packets let them be. */
async function* slowly(pieces: readonly Uint8Array[], bytesPerSec: number): AsyncGenerator<Uint8Array, void, void> {
  const started = performance.now()
  let sent = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += SLICE_BYTES) {
      const slice = piece.subarray(at, at + SLICE_BYTES)
      const dueMs = (sent / bytesPerSec) * 1000 - (performance.now() - started)
      if (dueMs > 1) await pause(dueMs)
      yield slice
      sent += slice.length
    }
  }
}
