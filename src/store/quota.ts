import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { isRecord } from '../lib/is-record.ts'
import { memoryStore } from './memory-store.ts'
import type { Store } from './store.ts'
import { formatVersioned, parseVersioned } from './versioned-record.ts'

/** An amount of uploads and bytes: what a subject has used in a period, or may use. */
export interface QuotaUse {
  uploads: number
  bytes: number
}

/** Counts the use of quotas. Instances that share one share the quota too. */
export interface QuotaStore {
  /**
   * Adds to the use under a key, which starts at zero, and resolves to the sum. Must be atomic.
   *
   * @param expiresAt Epoch milliseconds after which the store may forget the key.
   */
  add(key: string, use: QuotaUse, expiresAt: number): Promise<QuotaUse>
}

export interface QuotaOptions {
  /** The most uploads per subject and period. Default: no limit. */
  uploads?: number
  /** The most bytes per subject and period. Default: no limit. */
  bytes?: number
  /** The length of a period, in seconds; periods are counted from the epoch. Default 86,400: a day of UTC. */
  periodSecs?: number
  /** Where to count. Default: in the instance's `store`, or else in its memory. */
  store?: QuotaStore
}

/** The options of a quota, with its period. */
export interface QuotaSettings {
  uploads?: number | undefined
  bytes?: number | undefined
  periodSecs: number
  store?: QuotaStore | undefined
}

export interface Quota {
  /**
   * Counts one upload of this many bytes, or throws `quota_exceeded`. An upload counts as soon as it starts, and still
   * counts when it fails.
   *
   * @param limits The subject's own limits, where they differ from everyone's.
   */
  consume(subject: string, bytes: number, limits?: Partial<QuotaUse>): Promise<void>
  /** Counts further bytes of an upload that has been counted, or throws `quota_exceeded`. */
  consumeBytes(subject: string, bytes: number, limits?: Partial<QuotaUse>): Promise<void>
}

/** Tells several quotas in a store apart. */
export interface QuotaName {
  /** Comes before the keys. */
  prefix: string
  /** What a client that has used up the quota is told. */
  detail: string
}

const UNNAMED: QuotaName = {
  prefix: '',
  detail: 'Your upload quota is used up; try again when the next period begins.',
}

export function createQuota(
  settings: QuotaSettings,
  clock: Clock,
  shared?: Store,
  { prefix, detail }: QuotaName = UNNAMED,
): Quota {
  const { uploads = Infinity, bytes = Infinity, periodSecs } = settings
  const store = settings.store ?? (shared ? quotaStore(shared) : memoryQuotaStore(clock))
  const periodMs = periodSecs * 1000

  async function consume(subject: string, { uploads, bytes }: QuotaUse, max: QuotaUse): Promise<void> {
    const period = Math.floor(clock.now() / periodMs)
    const endsAt = (period + 1) * periodMs
    const key = `${prefix}${period}:${subject}`
    const used = await store.add(key, { uploads, bytes }, endsAt)
    if (used.uploads <= max.uploads && used.bytes <= max.bytes) return
    await store.add(key, { uploads: -uploads, bytes: -bytes }, endsAt)
    throw new XMediaError('quota_exceeded', detail, { retryAfterSecs: Math.ceil((endsAt - clock.now()) / 1000) })
  }

  const everyone: QuotaUse = { uploads, bytes }
  return {
    consume: async (subject, size, limits) =>
      await consume(subject, { uploads: 1, bytes: size }, { ...everyone, ...limits }),
    consumeBytes: async (subject, size, limits) =>
      await consume(subject, { uploads: 0, bytes: size }, { ...everyone, ...limits }),
  }
}

/** Counts in a store, for all instances that share it. */
export function quotaStore(store: Store): QuotaStore {
  /** What the keys will hold once the writes of this instance have ended. */
  const writing = new Map<string, { text: string | undefined; writers: number }>()

  return {
    async add(name, use, expiresAt) {
      const key = `quota:${name}`
      const latest = writing.get(key) ?? { text: undefined, writers: 0 }
      writing.set(key, latest)
      latest.writers++
      try {
        for (;;) {
          const stored = latest.text === undefined ? await store.get(key) : undefined
          // Build on a write that has not ended yet: of many uploads at once, all but one would have to try again.
          const before = latest.text ?? stored
          const text = withUse(before, use)
          latest.text = text
          if (await store.compareAndSwap(key, before, text, expiresAt)) return readUse(text)
          latest.text = undefined
        }
      } finally {
        latest.writers--
        if (latest.writers === 0) writing.delete(key)
      }
    },
  }
}

function withUse(before: string | undefined, { uploads, bytes }: QuotaUse): string {
  const used = before === undefined ? { uploads: 0, bytes: 0 } : readUse(before)
  return formatVersioned(VERSION, { uploads: used.uploads + uploads, bytes: used.bytes + bytes })
}

/** Counts in the memory of this process. */
export function memoryQuotaStore(clock: Pick<Clock, 'now'> = Date): QuotaStore {
  return quotaStore(memoryStore(clock))
}

/** The format of the stored use. Version 1, of 0.1.0, has the same members. */
const VERSION = 2

function readUse(text: string): QuotaUse {
  const use = parseVersioned(text, VERSION)?.members
  if (isQuotaUse(use)) return use
  // Starting from zero would lift the limit.
  throw new XMediaError('store_unavailable', 'This server cannot read how much of your quota is used; try again later.')
}

function isQuotaUse(value: unknown): value is QuotaUse {
  return isRecord(value) && typeof value['uploads'] === 'number' && typeof value['bytes'] === 'number'
}
