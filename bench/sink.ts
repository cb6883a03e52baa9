/**
 * X's resource dialect as cheaply as it can be spoken, in a process of its own: nothing is checked and nothing is kept, so
 * that what a server costs is its own cost. It runs on Deno, which alone reads a socket into the same memory again and again.
 * Its argument is the time, in milliseconds, after which it answers. `GET /report` tells what came since the last report.
 */

import process from 'node:process'
import { announce } from '../cli/server/announce.ts'

interface Connection extends AsyncDisposable {
  read(into: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  close(): void
}
declare const Deno: {
  listen(options: { hostname: string; port: number }): AsyncIterable<Connection> & { addr: { port: number } }
}

const READ_BYTES: number = 256 * 1024
const MAX_HEAD_BYTES = 8192
const HEAD_END = '\r\n\r\n'
const LAST_CHUNK = '0\r\n\r\n'
const MEDIA = { id: '1912103767639719937', media_key: '7_1912103767639719937', expires_after_secs: 86_400 }

export interface SinkReport {
  /** When the first APPEND began to arrive, epoch milliseconds. */
  firstAppendAt: number | undefined
  /** How many APPENDs have arrived. */
  appends: number
  /** Bytes of all bodies. */
  bytes: number
}

const NOTHING: SinkReport = { firstAppendAt: undefined, appends: 0, bytes: 0 }

const latencyMs = Number(process.argv[2] ?? 0)
const decoder = new TextDecoder('latin1')
let report: SinkReport = { ...NOTHING }

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

async function answerAll(connection: Connection): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES)
  let filled = 0
  for (;;) {
    const text = decode(buffer.subarray(0, Math.min(filled, MAX_HEAD_BYTES)))
    const headEnd = text.indexOf(HEAD_END)
    if (headEnd < 0) {
      const read = await connection.read(buffer.subarray(filled))
      if (read === null) break
      filled += read
      continue
    }
    const head = text.slice(0, headEnd)
    if (/^POST \S+\/append /.test(head)) {
      report.appends++
      report.firstAppendAt ??= performance.timeOrigin + performance.now()
    }
    const begun = filled - headEnd - HEAD_END.length
    report.bytes += begun
    buffer.copyWithin(0, headEnd + HEAD_END.length, filled)
    const length = /^content-length: (\d+)/im.exec(head)?.[1]
    if (length !== undefined) await skip(connection, buffer, Number(length) - begun)
    else if (/^transfer-encoding: chunked/im.test(head)) await skipChunked(connection, buffer, begun)
    filled = 0
    await answer(connection, head)
  }
}

async function skip(connection: Connection, buffer: Uint8Array, bytes: number): Promise<void> {
  report.bytes += bytes
  for (let left = bytes; left > 0; ) left -= (await connection.read(buffer)) ?? left
}

/** Nothing follows a body before its answer, so the last chunk is what has arrived last. */
async function skipChunked(connection: Connection, buffer: Uint8Array, begun: number): Promise<void> {
  let tail = decode(buffer.subarray(0, begun)).slice(-LAST_CHUNK.length)
  while (tail !== LAST_CHUNK) {
    const read = await connection.read(buffer)
    if (read === null) return
    report.bytes += read
    tail = (tail + decode(buffer.subarray(Math.max(0, read - LAST_CHUNK.length), read))).slice(-LAST_CHUNK.length)
  }
}

async function answer(connection: Connection, head: string): Promise<void> {
  const isReport = head.startsWith('GET /report ')
  const body = JSON.stringify(isReport ? report : { data: MEDIA })
  if (isReport) report = { ...NOTHING }
  else if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
  const bytes = new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  for (let written = 0; written < bytes.length; ) written += await connection.write(bytes.subarray(written))
}

const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 })
announce({ url: `http://127.0.0.1:${listener.addr.port}`, close: async () => process.exit() })
for await (const connection of listener) {
  answerAll(connection)
    // A client that resets its connection.
    .catch(() => {})
    .finally(() => connection.close())
}
