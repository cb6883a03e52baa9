import type { MediaEvent, MediaFindings } from '../media-facts.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import type { DeclaredMedia } from './media-type.ts'

/** Whether an account has X Premium, which raises some limits. */
export type Account = 'unknown' | 'ordinary' | 'premium'

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
  /** Set when nobody will call `savedAt`: then nothing is saved. */
  readonly isTransient?: boolean
}

export type EmitMediaEvent = (event: MediaEvent) => void

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

/** The file of an upload. */
export interface IncomingFile {
  /** What the client declares the file to be. A field after the file may change it while `body` is read. */
  declared(): DeclaredMedia
  /**
   * The size of the file, as the client declared it or as we inferred it; the relay counts the bytes and decides.
   * Undefined: the file must fit into one segment.
   */
  totalBytes: number | undefined
  /** The most bytes that the file can have, when `totalBytes` is undefined. Undefined: one segment. */
  maxTotalBytes?: number | undefined
  body: ByteReader
}

/** Makes other images of those that come in. */
export interface SourceTransform {
  /** Reads what a client declares, as `readDeclaredMedia` does; HEIC and AVIF are taken too. */
  readDeclared(declaredType: string | null, category: MediaCategory | undefined): DeclaredMedia
  /** Refuses a file by its size before it is read. An image may have as many bytes as the transform takes. */
  checkSize(bytes: number, categories: readonly MediaCategory[]): void
  /**
   * Resolves to what is uploaded instead of a file, or to the same file. Every check of size, type and content follows.
   * Rejects with `transform_failed`, among others.
   */
  run(file: IncomingFile, call: TransformCall, memory: TransformMemory): Promise<IncomingFile>
}

/** The upload that a transform is part of. */
export interface TransformCall {
  /** Aborts when the upload ends early. */
  signal: AbortSignal
  emit: EmitMediaEvent
}

/** The memory that all uploads of an instance share, as far as a transform must know it. */
export interface TransformMemory {
  /** Throws `overloaded` when so much is not left for the subject. */
  reserve(bytes: number, subject?: string): { close(): void }
}
