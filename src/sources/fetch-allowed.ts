import { quote } from '../lib/quote.ts'
import { sourceUnavailable } from './stored-file.ts'

export interface UrlOptions {
  /** Headers of each request, such as `authorization`. A redirect to another origin gets none of them. */
  headers?: Readonly<Record<string, string>>
  /**
   * The hosts that the URL, and every redirect, may name; with a port if it is not the default one. Default: any host.
   */
  allowHosts?: readonly string[]
  /** Sends the requests. Default: the platform's `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

const MAX_REDIRECTS = 10
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** Statuses of client errors that pass. RFC 9110 section 15.5.9, RFC 8470 and RFC 6585 */
const PASSING: readonly number[] = [408, 425, 429]

const RANGE_NOT_SATISFIABLE = 416

/**
 * Creates the function that gets a URL, from allowed hosts only. It resolves with a response that is successful, or says that
 * the range is not satisfiable. Throws a `TypeError` if the URL itself is not allowed.
 */
export function fetchAllowed(
  first: URL,
  { headers = {}, allowHosts, fetch = (url, init) => globalThis.fetch(url, init) }: UrlOptions,
): (range: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Response> {
  if (!isAllowed(first, allowHosts)) {
    throw new TypeError(`The URL must be http(s), and on a host of allowHosts. It is on ${quote(first.host)}.`)
  }
  return async function get(range, signal) {
    let url = first
    let ownHeaders = headers
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      // `fetch` decodes other encodings, whose lengths and ranges are not those of the file.
      const init = {
        headers: { ...ownHeaders, 'accept-encoding': 'identity', ...range },
        redirect: 'manual',
        signal,
      } as const
      const response = await fetch(url.href, init)
      if (!REDIRECTS.includes(response.status)) return checkStatus(response)
      response.body?.cancel().catch(() => {})
      const next = redirectTarget(response, url)
      if (next === undefined || !isAllowed(next, allowHosts)) {
        throw sourceUnavailable('The URL redirects to a place that is not allowed.')
      }
      if (next.origin !== url.origin) ownHeaders = {}
      url = next
    }
    throw sourceUnavailable(`The URL redirects more than ${MAX_REDIRECTS} times.`)
  }
}

function isAllowed({ protocol, host }: URL, allowHosts: readonly string[] | undefined): boolean {
  return /^https?:$/.test(protocol) && (allowHosts?.includes(host) ?? true)
}

function redirectTarget({ headers }: Response, base: URL): URL | undefined {
  const location = headers.get('location') ?? ''
  return location !== '' && URL.canParse(location, base) ? new URL(location, base) : undefined
}

function checkStatus(response: Response): Response {
  const { ok, status, body } = response
  if (ok || status === RANGE_NOT_SATISFIABLE) return response
  body?.cancel().catch(() => {})
  const message = `The URL responded with ${status}.`
  if (status >= 400 && status < 500 && !PASSING.includes(status)) throw sourceUnavailable(message)
  throw new Error(message)
}
