import { createSizeLimits, type SizeLimits } from './ingress/size-limits.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { createOperatorLog } from './lib/operator-log.ts'
import type { XMediaClientSettings } from './option-schema.ts'
import { createMemoryPool } from './relay/memory-pool.ts'
import type { RelayOptions } from './relay/relay.ts'
import { createObserve, type Observe, warnOfToken } from './x/observer.ts'
import { costPerByte, platformFetch } from './x/platform-fetch.ts'
import { createStatusCache, type StatusCache } from './x/status-cache.ts'
import { createXClient, type XClient } from './x/x-client.ts'

/** What every upload needs, whether it comes over HTTP or from the app itself. */
export interface Uploader {
  client: XClient
  clock: Clock
  sizeLimits: SizeLimits
  relay: RelayOptions
  statuses: StatusCache
  deadlineMs: number
  observe: Observe
}

/** `token` may also be a function of the request. */
type UploaderSettings = Pick<XMediaClientSettings, 'x' | 'limits' | 'onEvent' | 'log'> & { token: unknown }

export function createUploader(
  { token, x, limits, onEvent, log: option }: UploaderSettings,
  clock: Clock = systemClock,
): Uploader {
  const log = createOperatorLog(option, clock)
  if (typeof token === 'string') warnOfToken(token, log)
  const { baseUrl, dialect, retry, fetch = platformFetch } = x
  const client = createXClient({ baseUrl, dialect, fetch, clock, retry })
  return {
    client,
    clock,
    sizeLimits: createSizeLimits(limits),
    relay: {
      client,
      clock,
      concurrency: x.concurrency,
      maxSegments: x.maxSegments,
      oneShotBytes: dialect === 'resource' ? x.oneShotBytes : 0,
      memory: createMemoryPool(limits.memoryBytes, costPerByte(fetch)),
      segmentSize: { preferred: x.segmentBytes, largestAccepted: 0 },
    },
    statuses: createStatusCache(client, clock),
    deadlineMs: limits.deadlineMs,
    observe: createObserve({ clock, log, onEvent }),
  }
}
