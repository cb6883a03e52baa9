import type { MediaFindings } from '../media-facts.ts'
import type { MediaCategory } from '../x/limits.ts'

/** Whether an account has X Premium, which raises some limits. */
export type Account = 'unknown' | 'ordinary' | 'premium'

/** Finds out what uploaded files are, and which of them X does not take. `mediaRules` makes one for the option `media`. */
export interface MediaCheck {
  /** @param account The account that the file goes to, where it is not the one of `mediaRules`. */
  begin(upload: InspectedUpload, emit: EmitMediaEvent, account?: Account): MediaInspection
}

/** Starts with a file, or continues with one of which another request has received the start. */
export type BeginInspection = (upload: InspectedUpload, emit: EmitMediaEvent) => MediaInspection

/** An upload as far as its inspection must know it. */
export interface InspectedUpload {
  readonly mediaId?: string | undefined
  /** Bytes of the file that have passed already. */
  readonly offset: number
  /** Size of the file, where it is known beforehand. */
  readonly totalBytes?: number | undefined
  /** Bytes of a full segment. */
  readonly segmentBytes: number
  /** What `savedAt(offset)` returned. */
  readonly inspection?: unknown
}

/** Reports that the bytes of a file contradict each other, so that its facts stay unknown. */
export type EmitMediaEvent = (event: { type: 'facts_unknown'; mediaId?: string; reason: string }) => void

/** The inspection of one file. */
export interface MediaInspection {
  /** Takes the next bytes of the file. Keeps no view of them. */
  push(bytes: Uint8Array): void
  /** Whether what follows in the first segment may tell more. */
  needsFirstSegment(): boolean
  /** The check before INIT. Throws `media_unsupported` and `alt_text_missing` if what is known is enough to refuse the file. */
  judge(file: JudgedFile): void
  /** The check before FINALIZE, when all bytes have passed. Rejects for the same reasons, and with `content_refused`. */
  finish(file: JudgedFile): Promise<void>
  /** What is known so far. */
  findings(): MediaFindings
  /**
   * What another process needs to continue after the first `offset` bytes: JSON of at most 1.25 KiB. Undefined unless one
   * of the last eight pushes ended there.
   */
  savedAt(offset: number): unknown
}

/** What is known about a file besides its bytes. */
export interface JudgedFile {
  category: MediaCategory
  /** Size of the file. */
  totalBytes: number
  altText?: string | undefined
  /** Whether alternative text may still come: after the file in a form, or with a request of its own. */
  altTextMayFollow?: boolean | undefined
}
