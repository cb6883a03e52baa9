import { XMediaError } from '../errors.ts'

/** What is known about a file before a byte of it is read. */
export interface FileDescription {
  /** Size, bytes. Undefined if the place where the file lies does not tell. */
  totalBytes?: number | undefined
  /** Media type, such as `video/mp4`. Undefined if the place does not tell. */
  mediaType?: string | undefined
  /** Differs between any two contents of the file, as an ETag does. Undefined if the place has none. */
  version?: string | undefined
}

export interface OpenOptions {
  /** The file that the upload began with. `open` must not return the bytes of another one. */
  expected: FileDescription
  /** Aborts when nobody waits for the stream any more. */
  signal: AbortSignal
}

/**
 * A file that can be read from any byte. An `XMediaError` that a method throws ends the upload; after any other error the
 * method is called again, as `x.retry` says.
 */
export interface StoredFile {
  describe(signal: AbortSignal): Promise<FileDescription>
  /** Opens the file at a byte. Throws `source_changed` if it is no longer the expected one. */
  open(offset: number, options: OpenOptions): Promise<ReadableStream<Uint8Array>>
}

/** Throws `source_changed` unless everything that both descriptions tell is the same. */
export function checkUnchanged(found: FileDescription, expected: FileDescription): void {
  if (differ(found.version, expected.version) || differ(found.totalBytes, expected.totalBytes)) throw sourceChanged()
}

function differ(found: unknown, expected: unknown): boolean {
  return found !== undefined && expected !== undefined && found !== expected
}

export function sourceChanged(): XMediaError {
  return new XMediaError(
    'source_changed',
    'The file changed while it was being uploaded. Start a new upload; if this one has an id, use another.',
  )
}

/** @param detail What is wrong; it must not contain a URL or a key, which may be secret. */
export function sourceUnavailable(detail: string, cause?: unknown): XMediaError {
  return new XMediaError('source_unavailable', detail, cause === undefined ? {} : { cause })
}
