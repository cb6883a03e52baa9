import type { Store } from './store.ts'

/** What is remembered of a media. */
export interface OwnedMedia {
  subject: string
  /** Epoch seconds after which X forgets the media. */
  expiresAt: number
  /** Set when X had nothing to process: there is no status to ask X for. */
  done?: { mediaKey?: string; size?: number }
}

/** Whose a media is, so that its subject needs no ticket. */
export interface Owners {
  /** What is known of a media already stays as it is. */
  remember(mediaId: string, media: OwnedMedia): Promise<void>
  /** What is known of a media, to its subject; undefined to all others. */
  find(mediaId: string, subject: string): Promise<OwnedMedia | undefined>
}

export function createOwners(store: Store): Owners {
  return {
    async remember(mediaId, media) {
      await store.compareAndSwap(keyOf(mediaId), undefined, JSON.stringify(media), media.expiresAt * 1000)
    },
    async find(mediaId, subject) {
      const text = await store.get(keyOf(mediaId))
      const media: OwnedMedia | undefined = text === undefined ? undefined : JSON.parse(text)
      return media?.subject === subject ? media : undefined
    },
  }
}

function keyOf(mediaId: string): string {
  return `media:${mediaId}`
}
