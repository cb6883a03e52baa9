import { randomBytes } from 'node:crypto'
import { send } from '../test/support/client.ts'
import { peakMemory } from '../test/support/memory.ts'
import { randomVideo } from '../test/support/random-video.ts'
import { MIB } from './bodies.ts'
import { type Measured, startServer, startSink, type Target } from './processes.ts'
import { median, type Table } from './table.ts'
import { RUNTIMES } from './throughput.ts'

const RUNS = 3
const WARM_UPS = 4
/** What fits through a platform that ends requests of 100 MB. */
const PIECE_BYTES = 90e6
const SMALL_BYTES: number = 2 * PIECE_BYTES
const LARGE_BYTES: number = 1024 * MIB
const WRITE: Uint8Array = randomBytes(MIB)
const METADATA = `filetype ${btoa('video/mp4')}`
const TUS = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' }

const NOTE = `Resumable uploads by tus in pieces of ${PIECE_BYTES / 1e6} MB, one after another: ${SMALL_BYTES / 1e6} MB and ${LARGE_BYTES / MIB} MiB take turns on one server, which has
relayed ${WARM_UPS} of the small ones before. Medians of ${RUNS} runs each; memory is the peak of the server's resident memory during the upload. The sessions
are in memory, on workerd in a Durable Object.`

/** Whether memory stays the same through the pieces of a resumable upload. */
export async function* pieces(targets: readonly Target[] = RUNTIMES): AsyncGenerator<Table, void, void> {
  const sink = await startSink()
  try {
    const rows: string[][] = []
    for (const target of targets) rows.push(await measure(target, sink))
    yield {
      title: `${LARGE_BYTES / MIB} MiB in pieces of ${PIECE_BYTES / 1e6} MB`,
      note: NOTE,
      columns: ['runtime', 'MB/s', 'peak MiB, small', 'large', 'growth'],
      rows,
    }
  } finally {
    await sink.kill()
  }
}

async function measure(target: Target, sink: Measured): Promise<string[]> {
  const server = await startServer(target, sink.url)
  try {
    for (let time = 0; time < WARM_UPS; time++) await upload(server, SMALL_BYTES)
    const peaks: [number[], number[]] = [[], []]
    let ms = 0
    for (let turn = 0; turn < RUNS; turn++) {
      peaks[0].push(await peakMemory(server.pid(), () => upload(server, SMALL_BYTES)))
      const started = performance.now()
      peaks[1].push(await peakMemory(server.pid(), () => upload(server, LARGE_BYTES)))
      ms += performance.now() - started
    }
    const [small, large] = [median(peaks[0]), median(peaks[1])]
    const speed = (RUNS * LARGE_BYTES) / 1e6 / (ms / 1000)
    return [target, speed.toFixed(0), ...[small, large, large - small].map((bytes) => (bytes / MIB).toFixed(0))]
  } finally {
    await server.kill()
  }
}

async function upload(server: Measured, bytes: number): Promise<void> {
  const headers = { ...TUS, 'upload-length': bytes, 'upload-metadata': METADATA }
  const endpoint = `${server.url}/media/files`
  const created = await send('POST', endpoint, headers)
  const at = new URL(String(created.headers.location), endpoint).href
  for (let offset = 0; offset < bytes; ) {
    const length = Math.min(PIECE_BYTES, bytes - offset)
    const piece = { 'content-type': 'application/offset+octet-stream', 'content-length': length }
    const body = writes(length, offset === 0 ? randomVideo(MIB) : WRITE)
    const answer = await send('PATCH', at, { ...TUS, ...piece, 'upload-offset': offset }, body)
    if (answer.status !== 204) throw new Error(`PATCH: ${answer.status} ${answer.text}`)
    offset = Number(answer.headers['upload-offset'])
  }
}

function* writes(bytes: number, first: Uint8Array): Generator<Uint8Array, void> {
  yield first.subarray(0, bytes)
  for (let sent = first.length; sent < bytes; sent += WRITE.length) yield WRITE.subarray(0, bytes - sent)
}
