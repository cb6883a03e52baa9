import { isRecord } from '../lib/is-record.ts'
import type { Store } from './store.ts'
import { formatVersioned, parseVersioned } from './versioned-record.ts'

/** What the store knows of a media. */
export interface OwnedMedia {
  /** The user who uploaded it. */
  subject: string
  /** Epoch seconds at which X forgets the media. */
  expiresAt: number
  /** Set when X had nothing to process: X has no status for such media. */
  done?: { mediaKey?: string; size?: number }
}

/** Knows who owns which media, so that owners need no ticket. */
export interface Owners {
  /** Stores the owner of a media. Changes nothing when it is known already. */
  remember(mediaId: string, media: OwnedMedia): Promise<void>
  /** Finds a media of this subject; undefined when it is unknown, or someone else's. */
  find(mediaId: string, subject: string): Promise<OwnedMedia | undefined>
}

export function createOwners(store: Store): Owners {
  return {
    async remember(mediaId, media) {
      await store.compareAndSwap(ownerKey(mediaId), undefined, formatVersioned(VERSION, media), media.expiresAt * 1000)
    },
    async find(mediaId, subject) {
      const text = await store.get(ownerKey(mediaId))
      const media = text === undefined ? undefined : parseOwnedMedia(text)
      return media?.subject === subject ? media : undefined
    },
  }
}

function ownerKey(mediaId: string): string {
  return `media:${mediaId}`
}

/** The format of the stored owners. Version 1, of 0.1.0, has the same members. */
const VERSION = 2

function parseOwnedMedia(text: string): OwnedMedia | undefined {
  const media = parseVersioned(text, VERSION)?.members
  return isOwnedMedia(media) ? media : undefined
}

function isOwnedMedia(value: unknown): value is OwnedMedia {
  if (!isRecord(value)) return false
  const { subject, expiresAt, done } = value
  return typeof subject === 'string' && typeof expiresAt === 'number' && (done === undefined || isRecord(done))
}
