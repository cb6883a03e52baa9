import { parseMultipart } from 'multitars'
import { XMediaError } from '../errors.ts'

/** One part of a multipart body, and where in the body it is. */
export interface Part {
  name: string
  /** Whether it names a file, as browsers do for every file input. RFC 7578 section 4.2 */
  isFile: boolean
  mediaType: string | null
  /** Where its content begins. */
  start: number
  /** All of its content. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

/** Parts that are read in front of a file, or behind it. An upload has six parameters. */
const MAX_PARTS = 32

const latin1 = new TextDecoder('latin1')

/**
 * The parts of a body, whose grammar multitars reads. `fed` is what has been fed to it so far: multitars tells no
 * positions, so the same delimiters are looked up there, and a body that the two would cut differently is refused, as one
 * whose parts lie about their `Content-Length`.
 */
export async function* readParts(
  feed: AsyncIterable<Uint8Array>,
  boundary: string,
  fed: () => Uint8Array,
): AsyncGenerator<Part, void, void> {
  const delimiter = `--${boundary}`
  let position = 0
  let count = 0
  for await (const part of parseMultipart(feed, { contentType: `multipart/form-data; boundary="${boundary}"` })) {
    if (++count > MAX_PARTS) throw new XMediaError('multipart_limit', `A body may have ${MAX_PARTS} fields.`)
    const text = latin1.decode(fed().subarray(position))
    const begin = count === 1 ? firstDelimiter(text, delimiter) : text.indexOf(`\r\n${delimiter}`) + 2
    const head = begin + delimiter.length
    const end = text.indexOf('\r\n\r\n', head)
    if (begin < 0 || end < 0 || !text.startsWith('\r\n', head)) throw malformed('A boundary is not alone on its line.')
    const disposition = readDisposition(text.slice(head + 2, end))
    position += end + 4
    const start = position

    yield {
      ...disposition,
      mediaType: part.headers['content-type'] ?? null,
      start,
      async bytes() {
        const bytes = await part.bytes()
        if (latin1.decode(fed().subarray(start)).indexOf(`\r\n${delimiter}`) !== bytes.length) {
          throw malformed('A part is not as long as its Content-Length says.')
        }
        return bytes
      },
    }
  }
}

/** The first delimiter stands at the begin of the body, or on a line of its own behind a preamble. */
function firstDelimiter(text: string, delimiter: string): number {
  const begin = text.indexOf(delimiter)
  return begin === 0 || text.startsWith('\r\n', begin - 2) ? begin : -1
}

const NAME = /^content-disposition[ \t]*:[ \t]*form-data[ \t]*/i
const PARAMETER = /;[ \t]*([\w*-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*/y

/** What `Content-Disposition` says; only whether there is a filename is read, never the filename. */
function readDisposition(headers: string): Pick<Part, 'name' | 'isFile'> {
  const lines = headers.split('\r\n')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (lines.some((line) => /[\0-\x08\x0a-\x1f\x7f]/.test(line))) throw malformed('A header has control characters.')
  const [line = '', ...more] = lines.filter((text) => /^content-disposition[ \t]*:/i.test(text))
  const value = NAME.exec(line)?.[0]
  if (value === undefined || more.length > 0)
    throw malformed('Every part must have one Content-Disposition: form-data.')
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = value.length
  for (let match = PARAMETER.exec(line); match; match = PARAMETER.exec(line)) {
    const [, name = '', quoted, token] = match
    if (parameters.has(name.toLowerCase())) throw malformed('A Content-Disposition says something twice.')
    parameters.set(name.toLowerCase(), quoted ?? token ?? '')
  }
  const name = parameters.get('name')
  if (name === undefined) throw malformed('Every part must have a name in its Content-Disposition.')
  return { name, isFile: parameters.has('filename') || parameters.has('filename*') }
}

export function malformed(detail: string): XMediaError {
  return new XMediaError('malformed_multipart', detail)
}
