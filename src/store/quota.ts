import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { memoryStore } from './memory-store.ts'
import { type Store, update } from './store.ts'

/** What a subject has used, or may use, in a period. */
export interface QuotaUse {
  uploads: number
  bytes: number
}

/** Where the use is kept. One shared by all instances makes the quota hold for all of them together. */
export interface QuotaStore {
  /** Adds to the use under a key, which begins with none, and answers the sum. Must be atomic; may forget it later. */
  add(key: string, use: QuotaUse, expiresAt: number): Promise<QuotaUse>
}

export interface QuotaOptions {
  /** Uploads per subject and period. Default: no limit. */
  uploads?: number
  /** Bytes per subject and period. Default: no limit. */
  bytes?: number
  /** Length of a period, seconds; the first began at the epoch. Default 86,400, a day of UTC. */
  periodSecs?: number
  /** Default: the instance's `store`; without one, its memory. */
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
  /** Uses up one upload of so many bytes, or throws `quota_exceeded`. What has begun counts, however it ends. */
  consume(subject: string, bytes: number, limits?: Partial<QuotaUse>): Promise<void>
}

/** @param name Tells several quotas in one store apart. */
export function createQuota(options: QuotaSettings, clock: Clock, shared?: Store, name = ''): Quota {
  const { uploads, bytes, periodSecs } = options
  const store = options.store ?? (shared ? quotaStore(shared) : memoryQuotaStore(clock))
  const periodMs = periodSecs * 1000

  return {
    async consume(subject, size, limits = {}) {
      const most = { uploads: uploads ?? Infinity, bytes: bytes ?? Infinity, ...limits }
      const period = Math.floor(clock.now() / periodMs)
      const endsAt = (period + 1) * periodMs
      const key = `${name}${period}:${subject}`
      const used = await store.add(key, { uploads: 1, bytes: size }, endsAt)
      if (used.uploads <= most.uploads && used.bytes <= most.bytes) return
      await store.add(key, { uploads: -1, bytes: -size }, endsAt)
      throw new XMediaError('quota_exceeded', 'You have used up what you may upload for now.', {
        retryAfterSecs: Math.ceil((endsAt - clock.now()) / 1000),
      })
    },
  }
}

/** Keeps the use in a store, for all instances that share it. */
export function quotaStore(store: Store): QuotaStore {
  return {
    async add(key, { uploads, bytes }, expiresAt) {
      const sum = await update(store, `quota:${key}`, (before) => {
        const used: QuotaUse = before === undefined ? { uploads: 0, bytes: 0 } : JSON.parse(before)
        return { text: JSON.stringify({ uploads: used.uploads + uploads, bytes: used.bytes + bytes }), expiresAt }
      })
      return JSON.parse(sum)
    },
  }
}

/** Keeps the use in this instance's memory: enough for one process, lost when that ends. */
export function memoryQuotaStore(clock: Pick<Clock, 'now'> = Date): QuotaStore {
  return quotaStore(memoryStore(clock))
}
