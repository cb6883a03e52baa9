import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { randomVideo } from './random-video.ts'

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  text: string
  json: unknown
}

/** A request over a real socket, whose body the test writes step by step. */
export interface OpenRequest {
  /** Resolves when the socket has accepted the bytes, so that back-pressure reaches the test. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
  /** Resets the connection. */
  abort(): void
  answer: Promise<Answer>
}

/** Opens a request; without a Content-Length header the body is chunked. */
export function open(method: string, url: string, headers: OutgoingHttpHeaders): OpenRequest {
  const outgoing = request(url, { method, headers, agent: false })
  const answer = readAnswer(outgoing)
  answer.catch(() => {})
  return {
    async write(bytes) {
      if (!outgoing.write(bytes)) await Promise.race([once(outgoing, 'drain'), answer])
    },
    end: () => outgoing.end(),
    abort: () => outgoing.destroy(),
    answer,
  }
}

/** Sends a whole request, with the body in several writes. */
export async function send(
  method: string,
  url: string,
  headers: OutgoingHttpHeaders = {},
  body: Iterable<Uint8Array> = [],
): Promise<Answer> {
  const opened = open(method, url, headers)
  for (const bytes of body) await opened.write(bytes)
  opened.end()
  return opened.answer
}

export async function readAnswer(outgoing: ClientRequest): Promise<Answer> {
  const [response]: IncomingMessage[] = await once(outgoing, 'response')
  if (!response) throw new Error('no response')
  let text = ''
  response.setEncoding('utf8')
  for await (const piece of response) text += piece
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text, json }
}

/** A video of random bytes. It repeats one random block, so that 200 MiB need no memory. */
export interface TestFile {
  size: number
  sha256: string
  pieces(): Iterable<Uint8Array<ArrayBuffer>>
}

const BLOCK = randomBytes(1024 * 1024)

export function randomFile(size: number): TestFile {
  const beginning = randomVideo(Math.min(size, 16))
  function* pieces(): Iterable<Uint8Array<ArrayBuffer>> {
    yield beginning
    for (let sent = beginning.length; sent < size; sent += BLOCK.length) yield BLOCK.subarray(0, size - sent)
  }
  const hash = createHash('sha256')
  for (const piece of pieces()) hash.update(piece)
  return { size, sha256: hash.digest('hex'), pieces }
}

/** The media in the body of a 201. */
export function dataOf(json: unknown): { id: string } {
  if (typeof json === 'object' && json !== null && 'data' in json) {
    const { data } = json
    if (typeof data === 'object' && data !== null && 'id' in data && typeof data.id === 'string') {
      return { ...data, id: data.id }
    }
  }
  throw new Error(`no media in ${JSON.stringify(json)}`)
}

/** The path of the first of these programs that is installed. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}
