import { isRecord } from '../lib/is-record.ts'
import { readEvents, type ServerEvent } from './event-stream.ts'
import type { ConnectionOptions, HeaderValues, ResponseLike } from './options.ts'
import { isErrorCode, type UploadErrorCode } from './sentences.ts'
import type { ServerAnswer } from './server-answer.ts'
import { XMediaUploadError } from './upload-error.ts'

export interface OutgoingRequest {
  method: string
  url: string
  headers?: HeaderValues
  body?: Blob
  /** How long the server may be silent, milliseconds. Default 30,000. */
  timeoutMs?: number
}

/** An answer of 2xx. */
export interface Answer {
  headers: Headers
  /** Undefined if the body is empty or tells no media. */
  media: ServerAnswer | undefined
}

/** Requests to one server. They reject with an `XMediaUploadError`, and as soon as the signal aborts. */
export interface Connection {
  send(request: OutgoingRequest, signal: AbortSignal): Promise<Answer>
  /** Receives events until the stream ends or `onEvent` returns true. Resolves at once if the answer is no such stream. */
  listen(url: string, signal: AbortSignal, onEvent: (event: ServerEvent) => boolean): Promise<void>
}

/** How long to wait for an answer to a small request, milliseconds. */
const ANSWER_MS = 30_000

/** The server sends a comment after 15 s of silence: after two of them are missing, the stream is dead or held back. */
const SILENCE_MS = 35_000

/** Reads a response. It must call `stillAlive` whenever the server has sent something. */
type ReadResponse<Result> = (response: ResponseLike, stillAlive: () => void) => Promise<Result>

export function createConnection({
  headers = {},
  credentials = 'same-origin',
  fetch = (url, init) => globalThis.fetch(url, init),
}: ConnectionOptions): Connection {
  async function perform<Result>(
    { method, url, headers: own, body, timeoutMs = ANSWER_MS }: OutgoingRequest,
    signal: AbortSignal,
    read: ReadResponse<Result>,
  ): Promise<Result> {
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (signal.aborted) throw new XMediaUploadError('aborted')
    signal.addEventListener('abort', abort)
    let timer = setTimeout(abort, timeoutMs)
    const stillAlive = () => {
      clearTimeout(timer)
      timer = setTimeout(abort, timeoutMs)
    }
    try {
      const given = typeof headers === 'function' ? await headers() : headers
      const request = { method, headers: { ...given, ...own }, body: body ?? null }
      const response = await fetch(url, { ...request, credentials, signal: controller.signal })
      if (!response.ok) throw await readFailure(response)
      return await read(response, stillAlive)
    } catch (cause) {
      if (cause instanceof XMediaUploadError) throw cause
      throw new XMediaUploadError((await isReadable(body)) ? 'connection_lost' : 'file_unreadable', { cause })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      // Closes a stream that is no longer read.
      abort()
    }
  }

  return {
    send: (request, signal) =>
      perform(request, signal, async (response) => ({
        headers: response.headers,
        media: readMedia(await response.text()),
      })),
    listen: (url, signal, onEvent) =>
      perform(
        { method: 'GET', url, headers: { accept: 'text/event-stream' }, timeoutMs: SILENCE_MS },
        signal,
        async ({ body, headers }, stillAlive) => {
          if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return
          await readEvents(body, onEvent, stillAlive)
        },
      ),
  }
}

function readMedia(text: string): ServerAnswer | undefined {
  const json = parseJson(text)
  return isAnswer(json) ? json : undefined
}

function isAnswer(json: unknown): json is ServerAnswer {
  return isRecord(json) && isRecord(json['data'])
}

/** The error in a refusal: a problem document, or whatever a proxy says instead. */
async function readFailure(response: ResponseLike): Promise<XMediaUploadError> {
  const { status, headers } = response
  const secs = Number(headers.get('retry-after') ?? Number.NaN)
  return problemError(await response.text(), status, Number.isNaN(secs) ? undefined : secs)
}

/** The error that a problem document describes. @param text Of a response or an event. */
export function problemError(text: string, status?: number, retryAfterSecs?: number): XMediaUploadError {
  const json = parseJson(text)
  const { code, detail: said } = isRecord(json) ? json : {}
  const detail = typeof said === 'string' ? said : undefined
  return new XMediaUploadError(isErrorCode(code) ? code : codeFor(status), { detail, status, retryAfterSecs })
}

/** The code for a refusal that does not come from our server. */
function codeFor(status: number | undefined): UploadErrorCode {
  if (status === 401) return 'unauthorized'
  return status === 413 ? 'too_large' : 'unexpected_response'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Requests with a file that was moved or changed fail as if the connection were lost. */
async function isReadable(body: Blob | undefined): Promise<boolean> {
  try {
    // React Native's Blob may lack the method.
    await body?.slice(0, 1).arrayBuffer?.()
    return true
  } catch {
    return false
  }
}
