import { setTimeout as pause } from 'node:timers/promises'
import { dataOf } from '../test/support/client.ts'
import { peakMemory } from '../test/support/memory.ts'
import { fairness } from './fairness.ts'
import { createFiles, type LoadFile, shortened } from './load-files.ts'
import { drip, type Place, send, withServer } from './load-server.ts'
import type { Posted } from './post.ts'
import { residentBytes, type Target } from './processes.ts'
import { median, type Table } from './table.ts'

const MIB = 1024 * 1024
const TARGETS: readonly Target[] = ['node', 'workers']
const SUBJECTS = ['one', 'distinct'] as const
type Subjects = (typeof SUBJECTS)[number]

const STORM = { uploads: 300, bytes: 20 * MIB }
const SLOW = { clients: 200, burstBytes: 1000, bytesPerSec: 1000, declaredBytes: 20 * MIB, headStartMs: 3000 }
const FAST = { uploads: 20, bytes: 8 * MIB, runs: 3 }

/** `limits.memoryBytes` by default. */
const budgetOf = (target: Target) => (target === 'workers' ? 64 : 256) * MIB
/** What a server may need besides. */
const BESIDES_BYTES = 100 * MIB

const STORM_NOTE = `${STORM.uploads} uploads of ${STORM.bytes / MIB} MiB begin at once, raw, each of other bytes. For every 201 the emulator's SHA-256 is compared
with the client's; a file alone takes ${Math.ceil(STORM.bytes / (4 * MIB))} APPENDs. Memory is the resident memory of the server's process (on workers workerd's), \`VmHWM\`, with its code and
libraries; idle is \`VmRSS\` after one small upload. The ceiling is the budget, \`limits.memoryBytes\`, and ${BESIDES_BYTES} bytes more, for both.`

const SLOW_NOTE = `${SLOW.clients} clients send ${SLOW.bytesPerSec} bytes a second each and go on, while ${FAST.uploads} others upload ${FAST.bytes / MIB} MiB each at once, ${FAST.runs} times; before that
the same without the slow ones. Times are medians of all fast uploads.`

/** What many clients at once, and slow ones, do to the others and to memory. */
export async function* load(targets: readonly Target[] = TARGETS): AsyncGenerator<Table, void, void> {
  const files = createFiles(STORM.uploads, STORM.bytes)
  for (const target of targets) {
    const storms: string[][] = []
    for (const subjects of SUBJECTS)
      storms.push(await withServer(target, (at) => storm(at, subjects, files, budgetOf(target))))
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
    const [file] = files
    if (file) yield await fairness(target, file)
  }
}

const subjectOf = (subjects: Subjects, name: string) => (subjects === 'one' ? 'everybody' : name)

async function storm(
  { server, emulator }: Place,
  subjects: Subjects,
  files: readonly LoadFile[],
  budgetBytes: number,
): Promise<string[]> {
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
  const ceiling = budgetBytes + BESIDES_BYTES
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
      drip(server, subjectOf(subjects, `slow${index}`), SLOW, leave.signal),
    )
    await pause(SLOW.headStartMs)
    beside = await run()
    leave.abort()
    await Promise.all(slow)
  })
  const ratio = (beside.ms / alone.ms).toFixed(2)
  return [subjects, alone.done, beside.done, alone.ms.toFixed(0), beside.ms.toFixed(0), ratio, mib(peak)]
}

function verdict(value: number, ceiling: number): string {
  return value <= ceiling ? 'ok' : 'over'
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0)
}
