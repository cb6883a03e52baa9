import { XMediaError } from '../errors.ts'
import { type Awaitable, andThen } from '../lib/and-then.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { quote } from '../lib/quote.ts'
import type { ByteReader } from './byte-reader.ts'
import type { Ending, Endings } from './endings.ts'
import { type DeclaredLengths, formFileLength } from './lengths.ts'
import { notClosed } from './multipart-file-reader.ts'
import type { FormFile, FormSection } from './multipart-form.ts'
import type { ReadResult } from './stream-reader.ts'
import { isParameter } from './upload-parameters.ts'

/** A request whose body is a form. */
export interface FormRequest {
  headers: Headers
  body: ByteReader
  /** The user who sends it. */
  subject: string
  endings: Endings
  /** Size of the relay's first segment, bytes. */
  segmentBytes: number
}

/** What is known about the size of a form's file before the file is read. */
export interface FileSize {
  /** The size to tell X. Undefined: the file is held whole, and its bytes are counted. */
  totalBytes: number | undefined
  /** The most bytes that the file can have. Undefined: one segment. */
  maxTotalBytes: number | undefined
  /** Whether these are only inferred from `Content-Length`. */
  isInferred: boolean
  /** How a client can say the size instead, for the refusal of one that was inferred wrongly. */
  advice: string
  /** How the client's forms end. It is corrected if `totalBytes` was inferred wrongly. */
  ending: Ending
}

/**
 * Finds out the size of a form's file. If the form ends within the first segment, the relay holds the file whole, so that
 * nothing has to be inferred.
 */
export function sizeOf(file: FormFile, request: FormRequest, declared: DeclaredLengths): FileSize {
  const { headers, subject, endings, segmentBytes } = request
  const ending = endings.of({ subject, boundary: file.boundary, userAgent: headers.get('user-agent') ?? '' })
  const length = formFileLength(declared, file.aroundBytes, ending.bytes)
  const { maxTotalBytes, isInferred } = length
  const isWhole = maxTotalBytes === undefined || maxTotalBytes <= segmentBytes
  const totalBytes = isWhole ? undefined : length.totalBytes
  return {
    totalBytes,
    maxTotalBytes,
    isInferred,
    ending,
    advice: '`total_bytes` before the file, or the header Upload-Length',
  }
}

/** Bytes per read while a file is longer than it should be. */
const DISCARD_BYTES = 4096

/**
 * Reads a file of a form, and fails if its size was inferred wrongly.
 *
 * @param size What is known of the size at the moment.
 * @param onEnd Called with the section after the file, before the last bytes of the file are read. Throws to refuse the file.
 */
export function createCheckedReader(
  file: FormFile,
  size: () => FileSize,
  onEnd: (fileBytes: number, rest: FormSection) => void,
): ByteReader {
  let fileBytes = 0

  function inferredBytes(): number | undefined {
    const { totalBytes, isInferred } = size()
    return isInferred ? totalBytes : undefined
  }

  function count(bytes: number): void {
    fileBytes += bytes
    const { isInferred, maxTotalBytes = Infinity } = size()
    // The inferred maximum leaves room for the closing boundary alone, so it is missing.
    if (isInferred && fileBytes > maxTotalBytes) throw notClosed()
  }

  function check(): void {
    const rest = file.rest()
    onEnd(fileBytes, rest)
    const inferred = inferredBytes()
    if (inferred === undefined || fileBytes === inferred) return
    const field = rest.parts.find(({ name }) => isParameter(name)) ?? rest.parts[0]
    if (field) throw fieldAfterFile(isParameter(field.name) ? `\`${field.name}\`` : quote(field.name))
    const { ending, advice } = size()
    ending.learn(rest.epilogueBytes)
    throw wrongGuess(fileBytes, inferred, advice)
  }

  /** The number of bytes tells how the form ends, so that the client's next form is understood. */
  async function countToEnd(): Promise<void> {
    let view = new Uint8Array(DISCARD_BYTES)
    for (let done = false; !done; ) {
      const read = await file.body.read(view, 0)
      view = read.view
      count(read.bytes)
      done = read.done
    }
  }

  function checkRead(read: ReadResult): Awaitable<ReadResult> {
    count(read.bytes)
    const isTooLong = fileBytes > (inferredBytes() ?? Infinity)
    if (!isTooLong && !read.done) return read
    return andThen(read.done ? undefined : countToEnd(), () => {
      check()
      return read
    })
  }

  return {
    wait: () => file.body.wait(),
    read: (view, offset, atLeast) => andThen(file.body.read(view, offset, atLeast), checkRead),
    cancel: (reason) => file.body.cancel(reason),
  }
}

function fieldAfterFile(name: string): XMediaError {
  return new XMediaError(
    'length_conflict',
    `${name} came after the file, so the size that we inferred from Content-Length is wrong. Send ${name} before the file, or \`total_bytes\`.`,
  )
}

function wrongGuess(fileBytes: number, inferredBytes: number, advice: string): XMediaError {
  return new XMediaError(
    'length_conflict',
    `We inferred ${formatBytes(inferredBytes)} from Content-Length, but the file has ${formatBytes(fileBytes)}. Send ${advice}. Or try again: we now know how this client ends its forms.`,
  )
}
