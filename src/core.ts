import { createMediaLimits, type MediaLimits } from './ingress/media-type.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { createMemoryPool } from './relay/memory-pool.ts'
import type { RelayOptions } from './relay/relay.ts'
import type { RetryOptions } from './x/call.ts'
import type { DialectName } from './x/dialects/dialect.ts'
import type { OnEvent, XMediaEventBody } from './x/events.ts'
import {
  DEFAULT_SEGMENT_BYTES,
  isMediaCategory,
  MAX_SEGMENT_BYTES,
  MAX_SEGMENTS,
  type MediaCategory,
} from './x/limits.ts'
import { platformFetch } from './x/platform-fetch.ts'
import { createStatusCache, type StatusCache } from './x/status-cache.ts'
import type { Fetch } from './x/transport.ts'
import { createXClient, type XClient } from './x/x-client.ts'

/** What uploads have in common, whether they come over HTTP or from the app itself. */
export interface CoreOptions {
  /** Where X's API is. Default `https://api.x.com`. */
  apiBaseUrl?: string
  /** Which generation of X's API to speak. Default `resource`, the live one; `command` was withdrawn in May 2025. */
  dialect?: DialectName
  /** Bytes per APPEND, 1 to 5,000,000. Default 4 MiB; smaller ones cost more calls against X's rate limit. */
  segmentBytes?: number
  /** APPENDs in flight per upload, 1 to 6. Default 3; each holds a segment in memory. Workers allow six connections. */
  concurrency?: number
  /**
   * Segments per upload, 1 to 1000. Default 1000, X's number. Each is a call; a Worker on the free plan may make 50 in
   * all, retries included: 40 leaves some for those and for the other steps, and takes 200 MB.
   * https://developers.cloudflare.com/workers/platform/limits/#subrequests
   */
  maxSegments?: number
  /**
   * Memory for the segments of all uploads, bytes, at least 32 MiB. Default 64 MiB: half of what a Worker has. When it is
   * short, uploads get smaller and fewer segments, and what finds none at all is answered `overloaded`.
   */
  memoryBytes?: number
  /** Largest upload, bytes. Default 5,000,000,000, what 1000 of the largest segments hold. */
  maxBytes?: number
  /** Largest upload per category, bytes. Default: X's numbers for any account; raise them for a Premium one. */
  categoryMaxBytes?: Partial<Record<MediaCategory, number>>
  /**
   * Images up to this many bytes go in one call instead of three. Default 0: none; at most 5,000,000. Saves latency and
   * rate limit; only in the `resource` dialect.
   */
  oneShotBytes?: number
  /** How calls to X are repeated. Each property has its default. */
  retry?: Partial<RetryOptions>
  /**
   * Longest time for one upload, or for one request of a resumable one or over X's own wire, milliseconds. Default
   * 3,600,000, one hour.
   */
  deadlineMs?: number
  /** Called with everything that happens to an upload; must not throw. */
  onEvent?: OnEvent
  /** Sends the calls to X. Default: the platform's `fetch`. */
  fetch?: Fetch
}

/** The options once read, with what all uploads of an instance share. */
export interface Core {
  client: XClient
  clock: Clock
  limits: MediaLimits
  relay: RelayOptions
  statuses: StatusCache
  deadlineMs: number
  emit: (event: XMediaEventBody) => void
}

const MIB = 1024 * 1024
const DEFAULT_MEMORY_BYTES = 64 * MIB
/** One subject's three quarters of it have room for two of the largest segments, each counted twice, as a file near X's limit needs. */
const MIN_MEMORY_BYTES = 32 * MIB

/** Throws `TypeError` for an option of the wrong kind and `RangeError` for a number out of its range. */
export function createCore(options: CoreOptions, clock: Clock = systemClock): Core {
  const { apiBaseUrl = 'https://api.x.com', dialect = 'resource', onEvent } = options
  if (dialect !== 'resource' && dialect !== 'command') {
    throw new TypeError(`dialect must be 'resource' or 'command', not '${String(dialect)}'`)
  }
  checkKind('onEvent', onEvent, 'function')
  checkKind('fetch', options.fetch, 'function')
  checkKind('retry', options.retry, 'object')

  const segmentBytes = range('segmentBytes', options.segmentBytes ?? DEFAULT_SEGMENT_BYTES, 1, MAX_SEGMENT_BYTES)
  const concurrency = range('concurrency', options.concurrency ?? 3, 1, 6)
  const maxBytes = range('maxBytes', options.maxBytes ?? MAX_SEGMENTS * MAX_SEGMENT_BYTES, 1, Number.MAX_SAFE_INTEGER)
  const oneShotBytes = range('oneShotBytes', options.oneShotBytes ?? 0, 0, MAX_SEGMENT_BYTES)
  const client = createXClient({
    baseUrl: readBaseUrl(apiBaseUrl),
    dialect,
    fetch: options.fetch ?? platformFetch,
    clock,
    retry: readRetry(options.retry ?? {}),
  })
  return {
    client,
    clock,
    limits: createMediaLimits({ maxBytes, categoryMaxBytes: readCategories(options.categoryMaxBytes ?? {}) }),
    relay: {
      client,
      clock,
      concurrency,
      maxSegments: range('maxSegments', options.maxSegments ?? MAX_SEGMENTS, 1, MAX_SEGMENTS),
      oneShotBytes: dialect === 'resource' ? oneShotBytes : 0,
      memory: createMemoryPool(
        range('memoryBytes', options.memoryBytes ?? DEFAULT_MEMORY_BYTES, MIN_MEMORY_BYTES, Number.MAX_SAFE_INTEGER),
      ),
      segmentSize: { preferred: segmentBytes, largestAccepted: 0 },
    },
    statuses: createStatusCache(client, clock),
    deadlineMs: range('deadlineMs', options.deadlineMs ?? 3_600_000, 1, Number.MAX_SAFE_INTEGER),
    emit: (event) => onEvent?.({ at: clock.now(), ...event }),
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

function readCategories(maxBytes: Partial<Record<MediaCategory, number>>): Partial<Record<MediaCategory, number>> {
  checkKind('categoryMaxBytes', maxBytes, 'object')
  for (const [category, bytes] of Object.entries(maxBytes)) {
    if (!isMediaCategory(category)) throw new TypeError(`categoryMaxBytes.${category} is no category of X's`)
    range(`categoryMaxBytes.${category}`, bytes, 0, Number.MAX_SAFE_INTEGER)
  }
  return maxBytes
}

function readBaseUrl(text: string): string {
  // Node has no URL.parse before 20.18.
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new TypeError('apiBaseUrl must be an http(s) URL without credentials, query and fragment')
  }
  return url.href.replace(/\/+$/, '')
}

type Kind = 'function' | 'object' | 'string' | 'boolean'

/** Throws a `TypeError` for an option that is there and of another kind than these. */
export function checkKind(name: string, value: unknown, ...kinds: readonly Kind[]): void {
  if (value === undefined || (value !== null && kinds.some((kind) => typeof value === kind))) return
  throw new TypeError(
    `${name} must be of the kind ${kinds.join(' or ')}, not ${value === null ? 'null' : typeof value}`,
  )
}

/** Throws `TypeError` for what is no whole number and `RangeError` for one out of range. */
export function range(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value)) throw new TypeError(`${name} must be a whole number`)
  if (value < min || value > max) throw new RangeError(`${name} must be between ${min} and ${max}, not ${value}`)
  return value
}
