import { createAbortScope } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { XRequest } from './dialects/dialect.ts'
import type { XAnswer } from './failure.ts'

/** The part of `fetch` this package calls; a function of this shape can stand in for the platform's. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

export interface FetchInit {
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
  redirect: 'manual'
  signal: AbortSignal
}

/** X's JSON is short; more than this is an error page. */
const MAX_ANSWER_BYTES = 64 * 1024

export interface SendOptions {
  baseUrl: string
  fetch: Fetch
  clock: Clock
  token: string
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Sends one request and reads the answer; rejects when the network fails, `timeoutMs` pass or the signal aborts. */
export async function send(request: XRequest, options: SendOptions): Promise<XAnswer> {
  const { clock, signal: parent, timeoutMs, token } = options
  const timeoutError = () => new Error(`X did not answer within ${timeoutMs} ms`)
  const scope = createAbortScope(clock, { parent, timeoutMs, timeoutError })
  try {
    const response = await options.fetch(options.baseUrl + request.path, {
      method: request.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      // A credential never follows a redirect.
      redirect: 'manual',
      signal: scope.signal,
    })
    return { status: response.status, headers: response.headers, json: parseJson(await readText(response), token) }
  } catch (error) {
    // Some runtimes reject with an error of their own instead of the signal's reason.
    throw scope.signal.aborted ? scope.signal.reason : error
  } finally {
    scope.release()
  }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_ANSWER_BYTES) return text.slice(0, MAX_ANSWER_BYTES)
  }
  return text
}

/** What X's answers are told apart by; each has a shape of its own that no token fits into. */
const IDENTIFIERS: readonly string[] = ['id', 'media_key', 'state']

/** An answer that echoes the request must not carry the token on. Undefined when the text is no JSON. */
function parseJson(text: string, token: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) =>
      typeof value === 'string' && !IDENTIFIERS.includes(key) ? value.replaceAll(token, '[token]') : value,
    )
  } catch {
    return undefined
  }
}
