import { setTimeout as pause } from 'node:timers/promises'
import type { Program } from '../test/support/processes.ts'
import { type LoadFile, shortened } from './load-files.ts'
import { drip, send, withServer } from './load-server.ts'
import type { Posted } from './post.ts'
import type { Target } from './processes.ts'
import { median, type Table } from './table.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Clients that take memory and keep it. Each sends a byte a second after its burst. */
interface Hoarders {
  clients: number
  subjects: number
  burstBytes: number
}

const HOARDERS: readonly Hoarders[] = [
  { clients: 64, subjects: 1, burstBytes: 64 * KIB },
  { clients: 200, subjects: 5, burstBytes: 64 * KIB },
  { clients: 200, subjects: 5, burstBytes: 256 * KIB },
]
const DECLARED_BYTES: number = 20 * MIB
const HEAD_START_MS = 3000
/** A client that was refused, or whose upload was ended, comes back after so long. */
const RETURN_AFTER_MS = 500

const HONEST_BYTES: readonly number[] = [100_000, 8 * MIB]
const TRIES = 50
const BETWEEN_TRIES_MS = 100
const LEAST_SHARE = 0.98

const NOTE = `Some clients send a burst and then a byte a second, of a file of ${DECLARED_BYTES / MIB} MiB; who is refused comes back. Meanwhile another subject uploads one
file after the other, ${TRIES} times, and tries none of them twice. The floor is ${LEAST_SHARE * 100} % of its uploads. Times are medians, before and during.`

/** What clients that keep memory do to the uploads of others. */
export async function fairness(target: Target, file: LoadFile): Promise<Table> {
  const rows: string[][] = []
  for (const hoarders of HOARDERS) {
    for (const bytes of HONEST_BYTES) rows.push(await beside(target, hoarders, shortened(file, bytes)))
  }
  return {
    title: `One subject beside clients that keep memory on ${target}`,
    note: NOTE,
    columns: ['clients', 'subjects', 'burst KiB', 'file, bytes', '201', 'share', '', 'ms alone', 'ms beside'],
    rows,
  }
}

async function beside(target: Target, hoarders: Hoarders, file: LoadFile): Promise<string[]> {
  const { alone, answers } = await withServer(target, async ({ server }) => {
    const before = await uploadInTurn(server, file)
    const leave = new AbortController()
    const hoarding = Array.from({ length: hoarders.clients }, (_, index) =>
      hoard(server, `hoarder${index % hoarders.subjects}`, hoarders.burstBytes, leave.signal),
    )
    await pause(HEAD_START_MS)
    const during = await uploadInTurn(server, file)
    leave.abort()
    await Promise.all(hoarding)
    return { alone: before, answers: during }
  })
  const done = answers.filter(({ status }) => status === 201)
  const share = done.length / answers.length
  return [
    ...[hoarders.clients, hoarders.subjects, hoarders.burstBytes / KIB, file.bytes].map(String),
    ...[`${done.length} of ${answers.length}`, `${(share * 100).toFixed(0)} %`, share >= LEAST_SHARE ? 'ok' : 'under'],
    ...[median(alone.map(({ ms }) => ms)).toFixed(0), median(done.map(({ ms }) => ms)).toFixed(0)],
  ]
}

async function uploadInTurn(server: Program, file: LoadFile): Promise<Posted[]> {
  const answers: Posted[] = []
  for (let time = 0; time < TRIES; time++) {
    answers.push(await send(server, 'honest', file))
    await pause(BETWEEN_TRIES_MS)
  }
  return answers
}

async function hoard(server: Program, subject: string, burstBytes: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await drip(server, subject, { burstBytes, bytesPerSec: 1, declaredBytes: DECLARED_BYTES }, signal)
    if (!signal.aborted) await pause(RETURN_AFTER_MS)
  }
}
