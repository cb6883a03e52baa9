import { skipBytes } from './skip-bytes.ts'
import { checkUnchanged, type FileDescription, type StoredFile, sourceUnavailable } from './stored-file.ts'

/** The part of an object from `bucket.get(key)` of R2 that an upload needs. */
export interface ObjectWithBody {
  body: ReadableStream<Uint8Array>
  /** Bytes. */
  size: number
  etag: string
  httpMetadata?: { contentType?: string }
}

/**
 * Where the bytes of an upload come from. A stream, a `Response` and an object of R2 can be read once: if one breaks off,
 * so does the upload. A `Blob`, bytes, a function of an offset and what `hono-x-media/sources` returns are opened again,
 * at the byte where they broke off.
 */
export type MediaSource =
  | ReadableStream<Uint8Array>
  | Blob
  | Uint8Array<ArrayBuffer>
  | Response
  | ObjectWithBody
  | StoredFile
  | ((offset: number) => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>)

/** A source in the one form that uploads read. */
export interface SourceFile extends StoredFile {
  /** Whether it can be opened more than once. */
  canReopen: boolean
  /** Frees a source that will not be read, or not to its end. */
  discard(): void
}

/** Throws a `TypeError` for a value that is no source, and `source_unavailable` for a response that has no file. */
export function toSourceFile(source: MediaSource): SourceFile {
  if (typeof source === 'function') {
    return reopenable({ describe: async () => ({}), open: async (offset) => await source(offset) })
  }
  if (source instanceof ReadableStream) return readOnce(source, {})
  if (source instanceof Blob) return fromBlob(source)
  if (source instanceof Uint8Array) return fromBlob(new Blob([source]))
  if (source instanceof Response) return fromResponse(source)
  if (typeof source !== 'object' || source === null)
    throw new TypeError('source is missing: it has the bytes to upload')
  if ('open' in source) return reopenable(source)
  if (!('body' in source)) throw new TypeError('source must be a stream, a Blob, bytes, a Response or a function')
  const { body, size, etag, httpMetadata } = source
  return readOnce(body, { totalBytes: size, mediaType: httpMetadata?.contentType, version: etag })
}

function reopenable(file: StoredFile): SourceFile {
  return {
    describe: (signal) => file.describe(signal),
    open: (offset, options) => file.open(offset, options),
    canReopen: true,
    discard() {},
  }
}

function fromBlob(blob: Blob): SourceFile {
  const description = { totalBytes: blob.size, mediaType: blob.type }
  return reopenable({
    describe: async () => description,
    async open(offset, { expected }) {
      checkUnchanged(description, expected)
      return blob.slice(offset).stream()
    },
  })
}

function fromResponse({ ok, status, headers, body }: Response): SourceFile {
  if (!ok || body === null) throw sourceUnavailable(`The response has no file: its status is ${status}.`)
  // The length is that of the encoded bytes, and the body has the decoded ones.
  const length = headers.has('content-encoding') ? null : headers.get('content-length')
  return readOnce(body, {
    totalBytes: length === null ? undefined : Number(length),
    mediaType: headers.get('content-type') ?? undefined,
    version: headers.get('etag') ?? undefined,
  })
}

function readOnce(stream: ReadableStream<Uint8Array>, description: FileDescription): SourceFile {
  if (stream.locked) throw new TypeError('source is a stream that something else reads')
  return {
    describe: async () => description,
    async open(offset, { expected }) {
      checkUnchanged(description, expected)
      return skipBytes(stream, offset)
    },
    canReopen: false,
    discard() {
      // A stream that is being read rejects this: its reader cancels it.
      stream.cancel().catch(() => {})
    },
  }
}
