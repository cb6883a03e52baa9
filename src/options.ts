import type { Context } from 'hono'
import { createMediaLimits, type MediaLimits } from './ingress/media.ts'
import type { RelayOptions } from './relay/relay.ts'
import { checkSecret } from './ticket.ts'
import type { RetryOptions } from './x/call.ts'
import { createXClient, type XClient } from './x/client.ts'
import { type Clock, systemClock } from './x/clock.ts'
import type { DialectName } from './x/dialects/dialect.ts'
import type { OnEvent } from './x/events.ts'
import { DEFAULT_SEGMENT_BYTES, MAX_SEGMENT_BYTES, MAX_SEGMENTS, type MediaCategory } from './x/limits.ts'
import type { TokenReason } from './x/token.ts'
import type { Fetch } from './x/transport.ts'

/** Who a request is from, as the app's own sign-in tells. */
export interface Principal {
  /** The user, however the app names users: media and tickets belong to it. Not empty. */
  subject: string
  /** The X token for this user's uploads, where each has an X account of its own; goes before `options.token`. */
  token?: string
}

export interface TokenRequest {
  c: Context
  principal: Principal
  /** `unauthorized` when X refused the token given before: give a fresh one. */
  reason: TokenReason
}

type Awaitable<T> = T | Promise<T>

export interface XMediaOptions {
  /** The server-held OAuth 2.0 user token with the scope `media.write`, or how to get it for a request. */
  token: string | ((request: TokenRequest) => Awaitable<string | undefined>)
  /** Tells who a request is from; null refuses it with 401. Runs before a byte of the body is read, on every route. */
  authorize: (c: Context) => Awaitable<Principal | null | undefined>
  /** The key that signs tickets: at least 32 bytes, the same on every instance. */
  secret: string | ((c: Context) => string | undefined)
  /** Where X's API is. Default `https://api.x.com`. */
  apiBaseUrl?: string
  /** Which generation of X's API to speak. Default `resource`, the live one; `command` was withdrawn in May 2025. */
  dialect?: DialectName
  /** Bytes per APPEND, 1 to 5,000,000. Default 4 MiB; smaller ones cost more calls against X's rate limit. */
  segmentBytes?: number
  /** APPENDs in flight per upload, 1 to 6. Default 3; each holds a segment in memory. Workers allow six connections. */
  concurrency?: number
  /** Largest upload, bytes. Default 5,000,000,000, what 1000 of the largest segments hold. */
  maxBytes?: number
  /** Largest upload per category, bytes. Default: X's numbers for any account; raise them for a Premium one. */
  categoryMaxBytes?: Partial<Record<MediaCategory, number>>
  /** How calls to X are repeated. Each property has its default. */
  retry?: Partial<RetryOptions>
  /** Longest time for one upload, milliseconds. Default 3,600,000, one hour. */
  deadlineMs?: number
  /** The path clients see the mount at, where a proxy or another framework hides it. Default: from the request's URL. */
  mountPath?: string | ((c: Context) => string)
  /** Called with everything that happens to an upload; must not throw. */
  onEvent?: OnEvent
  /** Sends the calls to X. Default: the platform's `fetch`. */
  fetch?: Fetch
}

/** The options once read, with what all requests of an instance share. */
export interface Instance {
  options: XMediaOptions
  client: XClient
  clock: Clock
  limits: MediaLimits
  relay: RelayOptions
  deadlineMs: number
}

/** Throws `TypeError` for an option of the wrong kind and `RangeError` for a number out of its range. */
export function createInstance(options: XMediaOptions): Instance {
  const { token, authorize, secret, apiBaseUrl = 'https://api.x.com', dialect = 'resource' } = options
  if (typeof authorize !== 'function')
    throw new TypeError('authorize must be a function: it tells who a request is from')
  if (typeof token !== 'function' && !(typeof token === 'string' && token !== '')) {
    throw new TypeError('token must be a string or a function')
  }
  if (typeof secret !== 'function') checkSecret(secret)
  if (dialect !== 'resource' && dialect !== 'command') {
    throw new TypeError(`dialect must be 'resource' or 'command', not '${String(dialect)}'`)
  }

  const segmentBytes = range('segmentBytes', options.segmentBytes ?? DEFAULT_SEGMENT_BYTES, 1, MAX_SEGMENT_BYTES)
  const concurrency = range('concurrency', options.concurrency ?? 3, 1, 6)
  const maxBytes = range('maxBytes', options.maxBytes ?? MAX_SEGMENTS * MAX_SEGMENT_BYTES, 1, Number.MAX_SAFE_INTEGER)
  const clock = systemClock
  const client = createXClient({
    baseUrl: readBaseUrl(apiBaseUrl),
    dialect,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    clock,
    retry: readRetry(options.retry ?? {}),
  })
  return {
    options,
    client,
    clock,
    limits: createMediaLimits({ maxBytes, categoryMaxBytes: options.categoryMaxBytes ?? {} }),
    relay: { client, clock, concurrency, segmentSize: { preferred: segmentBytes, proven: 0 } },
    deadlineMs: range('deadlineMs', options.deadlineMs ?? 3_600_000, 1, Number.MAX_SAFE_INTEGER),
  }
}

function readRetry(retry: Partial<RetryOptions>): RetryOptions {
  const { retries = 5, backoffMs = 500, maxBackoffMs = 20_000, maxRateLimitWaitMs = 60_000, timeoutMs = 30_000 } = retry
  return {
    retries: range('retry.retries', retries, 0, 100),
    backoffMs: range('retry.backoffMs', backoffMs, 0, 3_600_000),
    maxBackoffMs: range('retry.maxBackoffMs', maxBackoffMs, 0, 3_600_000),
    maxRateLimitWaitMs: range('retry.maxRateLimitWaitMs', maxRateLimitWaitMs, 0, 86_400_000),
    timeoutMs: range('retry.timeoutMs', timeoutMs, 1, 3_600_000),
  }
}

function readBaseUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new TypeError('apiBaseUrl must be an http(s) URL without credentials, query and fragment')
  }
  return url.href.replace(/\/+$/, '')
}

function range(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value)) throw new TypeError(`${name} must be a whole number`)
  if (value < min || value > max) throw new RangeError(`${name} must be between ${min} and ${max}, not ${value}`)
  return value
}
