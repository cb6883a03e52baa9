import { setTimeout as pause } from 'node:timers/promises'
import { type EmulatorProgram, startEmulator } from '../test/support/emulator.ts'
import { headOf } from '../test/support/media.ts'
import type { Program } from '../test/support/processes.ts'
import type { LoadFile } from './load-files.ts'
import { type Posted, post } from './post.ts'
import { startServer, type Target } from './processes.ts'

/** A server under load, and the X behind it. */
export interface Place {
  server: Program
  emulator: EmulatorProgram
}

/** Runs `work` with a server of its own. */
export async function withServer<T>(target: Target, work: (place: Place) => Promise<T>): Promise<T> {
  const emulator = await startEmulator()
  const server = await startServer(target, emulator.url)
  try {
    return await work({ server, emulator })
  } finally {
    await Promise.all([server.kill(), emulator.kill()])
  }
}

/** Uploads a file as fast as it can. */
export function send(server: Program, subject: string, { bytes, pieces }: LoadFile): Promise<Posted> {
  return post({ url: `${server.url}/media`, headers: headersOf(subject, bytes), pieces: pieces() })
}

/** What a slow client sends: a burst, and then a little every second. */
export interface Drip {
  burstBytes: number
  bytesPerSec: number
  declaredBytes: number
}

/** Uploads slowly until the server ends it or the signal aborts. */
export function drip(
  server: Program,
  subject: string,
  { burstBytes, bytesPerSec, declaredBytes }: Drip,
  signal: AbortSignal,
): Promise<Posted> {
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield headOf('video/mp4')
    yield new Uint8Array(burstBytes)
    while (!signal.aborted) {
      await pause(1000)
      yield new Uint8Array(bytesPerSec)
    }
  }
  return post({ url: `${server.url}/media`, headers: headersOf(subject, declaredBytes), pieces: pieces(), signal })
}

function headersOf(subject: string, bytes: number): Record<string, string | number> {
  return { 'content-type': 'video/mp4', 'content-length': bytes, 'x-demo-user': subject }
}
