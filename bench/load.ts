import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { dataOf } from '../test/support/client.ts'
import { type EmulatorProgram, startEmulator } from '../test/support/emulator.ts'
import { headOf } from '../test/support/media.ts'
import { peakMemory } from '../test/support/memory.ts'
import type { Program } from '../test/support/processes.ts'
import { type Posted, post } from './post.ts'
import { residentBytes, startServer, type Target } from './processes.ts'
import { median, type Table } from './table.ts'

const MIB = 1024 * 1024
const TARGETS: readonly Target[] = ['node', 'workers']
const SUBJECTS = ['one', 'distinct'] as const
type Subjects = (typeof SUBJECTS)[number]

const STORM = { uploads: 300, bytes: 20 * MIB }
const SLOW = { clients: 200, bytesPerSec: 1000, declaredBytes: 20 * MIB, headStartMs: 3000 }
const FAST = { uploads: 20, bytes: 8 * MIB, runs: 3 }

/** `limits.memoryBytes` by default. */
const BUDGET_BYTES = 64 * MIB
/** What a server may need besides. */
const BESIDES_BYTES = 100 * MIB
const WRITE_BYTES = 256 * 1024

const STORM_NOTE = `${STORM.uploads} uploads of ${STORM.bytes / MIB} MiB begin at once, raw, each of other bytes. For every 201 the emulator's SHA-256 is compared
with the client's; a file alone takes ${Math.ceil(STORM.bytes / (4 * MIB))} APPENDs. Memory is the resident memory of the server's process (on workers workerd's), \`VmHWM\`, with its code and
libraries; idle is \`VmRSS\` after one small upload. The ceiling is the budget of ${BUDGET_BYTES} bytes and ${BESIDES_BYTES} more, for both.`

const SLOW_NOTE = `${SLOW.clients} clients send ${SLOW.bytesPerSec} bytes a second each and go on, while ${FAST.uploads} others upload ${FAST.bytes / MIB} MiB each at once, ${FAST.runs} times; before that
the same without the slow ones. Times are medians of all fast uploads.`

/** What many clients at once, and slow ones, do to the others and to memory. */
export async function* load(targets: readonly Target[] = TARGETS): AsyncGenerator<Table, void, void> {
  const files = createFiles(STORM.uploads, STORM.bytes)
  for (const target of targets) {
    const storms: string[][] = []
    for (const subjects of SUBJECTS) storms.push(await withServer(target, (at) => storm(at, subjects, files)))
    yield {
      title: `${STORM.uploads} uploads of ${STORM.bytes / MIB} MiB at once on ${target}`,
      note: STORM_NOTE,
      columns: [
        ...['subjects', '201', '503', 'other', 'hashes equal', 'APPENDs each', 'seconds', 'MiB/s'],
        ...['idle MiB', 'peak MiB', 'ceiling MiB', '', 'growth MiB', ''],
      ],
      rows: storms,
    }
    const slow: string[][] = []
    for (const subjects of SUBJECTS) slow.push(await withServer(target, (at) => besideSlow(at, subjects, files)))
    yield {
      title: `${FAST.uploads} uploads of ${FAST.bytes / MIB} MiB beside ${SLOW.clients} slow ones on ${target}`,
      note: SLOW_NOTE,
      columns: ['subjects', '201 alone', '201 beside slow', 'ms alone', 'ms beside slow', 'ratio', 'peak MiB'],
      rows: slow,
    }
  }
}

interface Place {
  server: Program
  emulator: EmulatorProgram
}

async function withServer<T>(target: Target, work: (place: Place) => Promise<T>): Promise<T> {
  const emulator = await startEmulator()
  const server = await startServer(target, emulator.url)
  try {
    return await work({ server, emulator })
  } finally {
    await Promise.all([server.kill(), emulator.kill()])
  }
}

interface LoadFile {
  bytes: number
  sha256: string
  pieces(): Iterable<Uint8Array>
}

/** Files whose every byte may differ, for the memory of one: each begins elsewhere in the same random ring. */
function createFiles(count: number, bytes: number): LoadFile[] {
  const head = Buffer.from(headOf('video/mp4'))
  const ring = randomBytes(bytes - head.length)
  return Array.from({ length: count }, (_, index) => {
    const turn = Math.floor((index * ring.length) / count)
    const pieces = () => [head, ...cut(ring.subarray(turn)), ...cut(ring.subarray(0, turn))]
    return fileOf(bytes, pieces)
  })
}

function fileOf(bytes: number, pieces: () => Iterable<Uint8Array>): LoadFile {
  const hash = createHash('sha256')
  for (const piece of pieces()) hash.update(piece)
  return { bytes, sha256: hash.digest('hex'), pieces }
}

function* cut(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) yield bytes.subarray(at, at + WRITE_BYTES)
}

/** The first bytes of a file, as one. */
function shortened(file: LoadFile, bytes: number): LoadFile {
  return fileOf(bytes, function* () {
    let left = bytes
    for (const piece of file.pieces()) {
      if (left > 0) yield piece.subarray(0, left)
      left -= piece.length
    }
  })
}

function send(server: Program, subject: string, { bytes, pieces }: LoadFile): Promise<Posted> {
  const headers = { 'content-type': 'video/mp4', 'content-length': bytes, 'x-demo-user': subject }
  return post({ url: `${server.url}/media`, headers, pieces: pieces() })
}

const subjectOf = (subjects: Subjects, name: string) => (subjects === 'one' ? 'everybody' : name)

async function storm({ server, emulator }: Place, subjects: Subjects, files: readonly LoadFile[]): Promise<string[]> {
  const [first] = files
  if (first) await send(server, 'first', shortened(first, MIB))
  const idle = residentBytes(server.pid())
  let answers: Posted[] = []
  const started = performance.now()
  const peak = await peakMemory(server.pid(), async () => {
    answers = await Promise.all(files.map((file, index) => send(server, subjectOf(subjects, `u${index}`), file)))
  })
  const seconds = (performance.now() - started) / 1000

  let done = 0
  let equal = 0
  for (const [index, { status, json }] of answers.entries()) {
    if (status !== 201) continue
    done++
    const { sha256, finalized } = await emulator.upload(dataOf(json).id)
    if (finalized && sha256 === files[index]?.sha256) equal++
  }
  const finalized = (await emulator.uploads()).filter((upload) => upload.finalized && upload.size === STORM.bytes)
  const appends = finalized.reduce((sum, { segments }) => sum + segments.length, 0) / finalized.length
  const refused = answers.filter(({ status }) => status === 503).length
  const ceiling = BUDGET_BYTES + BESIDES_BYTES
  return [
    ...[subjects, done, refused, answers.length - done - refused, `${equal} of ${done}`].map(String),
    ...[appends.toFixed(0), seconds.toFixed(1), ((done * STORM.bytes) / MIB / seconds).toFixed(0)],
    ...[mib(idle), mib(peak), mib(ceiling), verdict(peak, ceiling), mib(peak - idle), verdict(peak - idle, ceiling)],
  ]
}

async function besideSlow({ server }: Place, subjects: Subjects, files: readonly LoadFile[]): Promise<string[]> {
  const fast = files.slice(0, FAST.uploads).map((file) => shortened(file, FAST.bytes))
  const run = async () => {
    const answers: Posted[] = []
    for (let count = 0; count < FAST.runs; count++) {
      const sent = fast.map((file, index) => send(server, subjectOf(subjects, `fast${index}`), file))
      answers.push(...(await Promise.all(sent)))
    }
    const done = answers.filter(({ status }) => status === 201)
    return { done: `${done.length} of ${answers.length}`, ms: median(done.map(({ ms }) => ms)) }
  }

  await Promise.all(fast.map((file) => send(server, 'first', file)))
  const alone = await run()
  const leave = new AbortController()
  let beside = alone
  const peak = await peakMemory(server.pid(), async () => {
    const slow = Array.from({ length: SLOW.clients }, (_, index) =>
      drip(server, subjectOf(subjects, `slow${index}`), leave.signal),
    )
    await pause(SLOW.headStartMs)
    beside = await run()
    leave.abort()
    await Promise.all(slow)
  })
  const ratio = (beside.ms / alone.ms).toFixed(2)
  return [subjects, alone.done, beside.done, alone.ms.toFixed(0), beside.ms.toFixed(0), ratio, mib(peak)]
}

function drip(server: Program, subject: string, signal: AbortSignal): Promise<Posted> {
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield headOf('video/mp4')
    while (!signal.aborted) {
      yield new Uint8Array(SLOW.bytesPerSec)
      await pause(1000)
    }
  }
  const headers = { 'content-type': 'video/mp4', 'content-length': SLOW.declaredBytes, 'x-demo-user': subject }
  return post({ url: `${server.url}/media`, headers, pieces: pieces(), signal })
}

function verdict(value: number, ceiling: number): string {
  return value <= ceiling ? 'ok' : 'over'
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0)
}
