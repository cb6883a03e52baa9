import { createSizeLimits, type SizeLimits } from './ingress/size-limits.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import type { XMediaClientSettings, XMediaSettings } from './option-schema.ts'
import { createMemoryPool } from './relay/memory-pool.ts'
import type { RelayOptions } from './relay/relay.ts'
import { guardListener, type XMediaEventBody } from './x/events.ts'
import { costPerByte, platformFetch } from './x/platform-fetch.ts'
import { createStatusCache, type StatusCache } from './x/status-cache.ts'
import { unsuitableToken } from './x/token-form.ts'
import { createXClient, type XClient } from './x/x-client.ts'

/** What every upload needs, whether it comes over HTTP or from the app itself. */
export interface Uploader {
  client: XClient
  clock: Clock
  sizeLimits: SizeLimits
  relay: RelayOptions
  statuses: StatusCache
  deadlineMs: number
  emit: (event: XMediaEventBody) => void
  log: (line: string) => void
}

type UploaderSettings = Pick<XMediaClientSettings, 'x' | 'limits' | 'onEvent'> & Pick<XMediaSettings, 'token' | 'log'>

export function createUploader(
  { token, x, limits, onEvent, log = (line) => console.error(line) }: UploaderSettings,
  clock: Clock = systemClock,
): Uploader {
  const suspicion = typeof token === 'string' ? unsuitableToken(token) : undefined
  if (suspicion !== undefined) log(`hono-x-media: The option token ${suspicion}.`)
  const listener = onEvent && guardListener(onEvent, log)
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
    emit: (event) => listener?.({ at: clock.now(), ...event }),
    log,
  }
}
