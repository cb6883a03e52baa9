import busboy from 'busboy'
import { XMediaError, type XMediaErrorCode } from '../../src/errors.ts'
import { type ByteReader, openReader } from '../../src/ingress/byte-reader.ts'
import { createEndings, type Endings } from '../../src/ingress/endings.ts'
import { createFilesTogether } from '../../src/ingress/files-together.ts'
import type { DeclaredMedia } from '../../src/ingress/media-type.ts'
import { readDeclaredMedia } from '../../src/ingress/media-type.ts'
import { readFormFiles } from '../../src/ingress/multipart-upload.ts'
import type { UploadParameters } from '../../src/ingress/upload-parameters.ts'
import { emptyBody } from '../../src/ingress/upload-source.ts'
import { readSegments } from '../../src/relay/read-segments.ts'

/** Bodies here are strings of one character per byte, so that tests can build, cut and search them as text. */
function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(binary, 'latin1'))
}

/** Encodes text as a form does. */
export function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** What is known of an upload when its body has ended. */
export interface Upload {
  totalBytes: number | undefined
  parameters: UploadParameters
  declared: DeclaredMedia
}

export type Outcome =
  | { accepted: true; file: string; upload: Upload; reads: number }
  | { accepted: false; code: XMediaErrorCode; detail: string; reads: number }

export interface ReadOptions {
  headers?: Record<string, string>
  /** The parameters in the query. */
  parameters?: UploadParameters
  /** Bytes per segment. A form that ends within the first one is held whole, as in the relay. */
  segmentBytes?: number
  endings?: Endings
}

const WHOLE_BYTES = 1 << 20

/** Reads a body with one file to its end, and counts the file as the relay does. */
export async function read(
  contentType: string,
  pieces: Iterable<string>,
  { headers = {}, parameters = {}, segmentBytes = WHOLE_BYTES, endings = createEndings() }: ReadOptions = {},
): Promise<Outcome> {
  const iterator = pieces[Symbol.iterator]()
  let reads = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done) return controller.close()
        reads++
        controller.enqueue(bytesOf(value))
      },
    },
    { highWaterMark: 0 },
  )
  try {
    const request = {
      headers: new Headers({ ...headers, 'content-type': contentType }),
      parameters,
      body: openReader(stream),
      ...{ subject: 'u1', endings, segmentBytes, maxFiles: 1, holdBytes: 0 },
    }
    const { value: open } = await readFormFiles(request).next()
    if (!open) throw new TypeError('a form without a file was not refused')
    const upload = open((rest) => createFilesTogether(1).checkNext(0, rest))
    const { totalBytes, maxTotalBytes } = upload
    const declared = () => {
      const { media_type: mediaType = upload.mediaType, media_category: category } = upload.parameters()
      return readDeclaredMedia(mediaType, category)
    }
    declared()
    if ((totalBytes ?? maxTotalBytes) === 0) throw emptyBody()
    let file = ''
    const sizes = { segmentBytes: () => (totalBytes ? segmentBytes : (maxTotalBytes ?? segmentBytes)) }
    for await (const segment of readSegments(checked(upload.body), { ...sizes, totalBytes, maxTotalBytes })) {
      file += Buffer.from(segment).toString('latin1')
    }
    const known = { totalBytes, parameters: upload.parameters(), declared: declared() }
    return { accepted: true, file, upload: known, reads }
  } catch (error) {
    if (!(error instanceof XMediaError)) throw error
    return { accepted: false, code: error.code, detail: error.message, reads }
  }
}

/** Fails on a read of no bytes before the end, which every reader must avoid. */
function checked(body: ByteReader): ByteReader {
  return {
    wait: () => body.wait(),
    async read(view, offset) {
      const result = await body.read(view, offset)
      if (result.bytes === 0 && !result.done) throw new TypeError('a read returned no bytes before the end')
      return result
    },
    cancel: (reason) => body.cancel(reason),
  }
}

export interface BusboyOutcome {
  error: string | undefined
  files: string[]
  fields: [name: string, value: string][]
}

/** Reads the same body with busboy. */
export function readWithBusboy(contentType: string, body: string): Promise<BusboyOutcome> {
  return new Promise((resolve) => {
    const outcome: BusboyOutcome = { error: undefined, files: [], fields: [] }
    const parser = busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      limits: { fieldSize: WHOLE_BYTES, fieldNameSize: WHOLE_BYTES },
    })
    parser.on('field', (name, value) => outcome.fields.push([name, value]))
    parser.on('file', (_name, stream) => {
      const index = outcome.files.push('') - 1
      stream.on('data', (chunk: Buffer) => {
        outcome.files[index] += chunk.toString('latin1')
      })
      // The parser reports the same error.
      stream.on('error', () => undefined)
    })
    parser.on('error', (error) => {
      outcome.error ??= error instanceof Error ? error.message : String(error)
      resolve(outcome)
    })
    parser.on('close', () => resolve(outcome))
    parser.end(bytesOf(body))
  })
}

/**
 * A valid body as the strictest client would have sent it: no space after boundaries, no folded headers, no raw quotes in
 * filenames, and nothing after the closing boundary. busboy understands no other.
 */
export function strictly(body: string, boundary: string): string {
  const delimiter = `\r\n--${boundary}`
  const [preamble = '', ...pieces] = `\r\n${body}`.split(delimiter)
  const closing = pieces.findIndex((piece) => piece.startsWith('--'))
  const parts = pieces.slice(0, closing).map((piece) => {
    const line = piece.indexOf('\r\n')
    const content = piece.indexOf('\r\n\r\n', line)
    const headers = piece
      .slice(line, content)
      .replace(/\r\n[\t ]+/g, ' ')
      .replace(
        /(\r\nContent-Disposition:.*?; *filename=").*?("[\t ]*(?=;[\t ]*[\w!#$%&'*+.^`|~-]+=|;?[\t ]*(?:\r\n|$)))/i,
        '$1x$2',
      )
    return headers + piece.slice(content)
  })
  return `${[preamble, ...parts, '--\r\n'].join(delimiter)}`.slice(2)
}

export function split(body: string, cuts: readonly number[] | 'bytes'): string[] {
  if (cuts === 'bytes') return [...body]
  const edges = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length]
  return edges.slice(1).map((edge, index) => body.slice(edges[index], edge))
}

export interface Part {
  headers: string[]
  content: string
}

export function part(disposition: string, content: string, ...headers: string[]): Part {
  return { headers: [`Content-Disposition: form-data; ${disposition}`, ...headers], content }
}

export interface Form {
  boundary: string
  preamble?: string | undefined
  parts: Part[]
  /** The text after the closing delimiter. */
  end: string
}

export function contentTypeOf(boundary: string): string {
  return `multipart/form-data; boundary=${/^[\w'+.-]+$/.test(boundary) ? boundary : `"${boundary}"`}`
}

/** A body in pieces. Parsers are likeliest to go wrong at the edges between them. */
export function render({ boundary, preamble, parts, end }: Form): string[] {
  const delimiter = `--${boundary}`
  return [
    ...(preamble === undefined ? [] : [preamble, '\r\n']),
    ...parts.flatMap(({ headers, content }) => [
      delimiter,
      '\r\n',
      ...headers.flatMap((header) => [header, '\r\n']),
      '\r\n',
      content,
      '\r\n',
    ]),
    delimiter,
    '--',
    end,
  ]
}
