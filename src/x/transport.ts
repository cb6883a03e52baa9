import { abortable, createAbortScope } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import { lazily } from '../lib/lazily.ts'
import type { XRequest } from './dialects/dialect.ts'
import { type KnownAnswer, readKnownAnswer } from './known-answer.ts'
import { type RateLimits, readRateLimits } from './rate-limits.ts'

/** The part of `fetch` that this package calls. Any function of this shape can replace the platform's `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

export interface FetchInit {
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
  redirect: 'manual'
  signal: AbortSignal
}

/** X's response to one call; its body has been read. `rateLimits` and `answer` are parsed on first use. */
export interface XResponse {
  readonly status: number
  readonly rateLimits: RateLimits
  /** Whether the body is empty. */
  readonly isEmpty: boolean
  /** What is known of the body; undefined when it is empty, or no JSON object. */
  readonly answer: KnownAnswer | undefined
}

/** Reads what a call is for from a 2xx response; undefined when it is not there. */
export type ReadResponse<Answer> = (response: XResponse) => Answer | undefined

/** The most characters read of a response. X's JSON is short; anything longer is an error page. */
const MAX_RESPONSE_CHARACTERS = 64 * 1024

export interface SendOptions {
  baseUrl: string
  fetch: Fetch
  clock: Clock
  token: string
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Sends one request and reads the response. Rejects on a network error, after `timeoutMs`, and when `signal` aborts. */
export async function send(request: XRequest, options: SendOptions): Promise<XResponse> {
  const { clock, signal: parent, timeoutMs, token } = options
  const timeoutError = () => new Error(`X did not respond within ${timeoutMs} ms`)
  const scope = createAbortScope(clock, { parent, timeoutMs, timeoutError })
  const exchange = async () => {
    const response = await options.fetch(options.baseUrl + request.path, {
      method: request.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      // The token must not follow a redirect to another host.
      redirect: 'manual',
      signal: scope.signal,
    })
    return { status: response.status, headers: response.headers, text: await readText(response) }
  }
  try {
    // A `fetch` of the app's own may ignore the signal.
    const { status, headers, text } = await abortable(exchange(), scope.signal)
    const respondedAt = clock.now()
    const rateLimits = lazily(() => readRateLimits(headers, respondedAt))
    const answer = lazily(() => readKnownAnswer(text, { token, status }))
    return {
      status,
      isEmpty: text === '',
      get rateLimits() {
        return rateLimits()
      },
      get answer() {
        return answer()
      },
    }
  } catch (error) {
    // Some runtimes reject with their own error instead of the signal's reason.
    throw scope.signal.aborted ? scope.signal.reason : error
  } finally {
    scope.dispose()
  }
}

/** Reads a response's body as text, up to 64 Ki characters. */
export async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  // Cheaper than a stream, wherever the size is known to be small.
  if (isShort(response.headers)) return await response.text()
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_RESPONSE_CHARACTERS) return text.slice(0, MAX_RESPONSE_CHARACTERS)
  }
  return text
}

/** A compressed body may be much longer than its `Content-Length`. */
function isShort(headers: Headers): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= MAX_RESPONSE_CHARACTERS && !headers.has('content-encoding')
}
