import fc from 'fast-check'
import { inferCategory, type MediaType } from '../../src/x/limits.ts'
import { type Form, type Part, type ReadOptions, render, utf8 } from './multipart.ts'

const BOUNDARY_CHARACTERS = [..."'()+_,./:=?-0159AZaz *&{|"]
const MAX_BOUNDARY = 200

const boundaries: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...BOUNDARY_CHARACTERS), minLength: 1, maxLength: MAX_BOUNDARY }),
    fc
      .tuple(fc.constantFrom(...BOUNDARY_CHARACTERS), fc.integer({ min: 1, max: MAX_BOUNDARY }))
      .map(([character, length]) => character.repeat(length)),
    fc.constantFrom('(.+)?', 'a.b', '----WebKitFormBoundaryAbC0', '--', "a'(b)+c"),
  )
  .filter((boundary) => !boundary.endsWith(' '))

/** Binary content with pieces that look like a delimiter, sometimes longer than one read. */
export function contents(boundary: string, minLength: number): fc.Arbitrary<string> {
  const delimiter = `\r\n--${boundary}`
  const piece = fc.oneof(
    fc.constantFrom('\r', '\n', '-', '\r\n', '--', `--${boundary}`, `\n--${boundary}`, `\r${delimiter}`.slice(0, -1)),
    fc.nat({ max: delimiter.length - 1 }).map((length) => delimiter.slice(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  return fc
    .tuple(
      fc.array(piece, { maxLength: 12 }),
      fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 9000 }) }),
      piece,
    )
    .map(([pieces, bytes, filler]) => pieces.join('') + filler.repeat(bytes).slice(0, bytes))
    .filter((content) => content.length >= minLength && isContent(content, boundary))
}

/** Whether the content has no delimiter in it and does not start with a boundary. RFC 2046 section 5.1.1 */
function isContent(content: string, boundary: string): boolean {
  const delimiter = `\r\n--${boundary}`
  return `\r\n${content}${delimiter}`.indexOf(delimiter) === content.length + 2
}

/** Text that fits into a header and a quoted string. */
const names: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(..."ab_-;=:% .é☃😀'"), minLength: 1, maxLength: 12 })
  .filter((name) => name.trim() === name)

const PARAMETERS = ['media_type', 'media_category', 'total_bytes', 'additional_owners', 'shared', 'alt_text'] as const
const TYPES: readonly MediaType[] = ['video/mp4', 'image/png', 'image/gif', 'text/vtt']
const DISPOSITIONS = ['Content-Disposition: ', 'content-disposition:', 'CONTENT-DISPOSITION: \t']
const EXTRA_HEADERS = ['Content-Transfer-Encoding: binary', 'X-Extra: a: "b;c"', 'x-empty:', 'Content-Language: de']

interface Style {
  disposition: string
  extras: string[]
  /** Whether Content-Disposition comes before the other headers. */
  isFirst: boolean
  /** How far the part's Content-Length is off; undefined when it has none. */
  lie: number | undefined
}

function styles(lies: boolean): fc.Arbitrary<Style> {
  const lie = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.nat({ max: 20_000 }))
  return fc.record({
    disposition: fc.constantFrom(...DISPOSITIONS),
    extras: fc.subarray(EXTRA_HEADERS),
    isFirst: fc.boolean(),
    lie: fc.oneof(
      { weight: 20, arbitrary: fc.constant(undefined) },
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: lies ? 1 : 0, arbitrary: lie },
    ),
  })
}

function styled(
  parameters: string,
  content: string,
  { disposition, extras, isFirst, lie }: Style,
  type?: string,
): Part {
  const first = `${disposition}form-data; ${utf8(parameters)}`
  const others = [
    ...extras,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...(lie === undefined ? [] : [`Content-Length: ${content.length + lie}`]),
  ]
  return { headers: isFirst ? [first, ...others] : [...others, first], content }
}

export interface Upload extends Form {
  file: string
  /** Whether no part follows the file. */
  isLast: boolean
  /** The header that declares a length. */
  declares: 'nothing' | 'content-length' | 'upload-length'
  segmentBytes: number
}

/** Valid forms; with `lies`, some parts have a wrong `Content-Length`. */
export function uploads({ lies }: { lies: boolean }): fc.Arbitrary<Upload> {
  return boundaries.chain((boundary) => {
    const style = styles(lies)
    const unknown = fc.tuple(names, contents(boundary, 0), style)
    return fc
      .record({
        preamble: fc.option(
          contents(boundary, 0).filter((text) => !text.includes(`--${boundary}`)),
          { freq: 3, nil: undefined },
        ),
        type: fc.constantFrom(...TYPES),
        known: fc.shuffledSubarray([...PARAMETERS]),
        altText: fc.string({ unit: fc.constantFrom(...'ab-\r\n"é☃😀\ufeff'), maxLength: 40 }),
        before: fc.array(unknown, { maxLength: 3 }),
        turn: fc.nat({ max: 9 }),
        file: contents(boundary, 1),
        fileName: names,
        fileStyle: style,
        after: fc.array(unknown, { maxLength: 3 }),
        isLast: fc.boolean(),
        end: fc.oneof(fc.constantFrom('\r\n', '', '\r\n\r\n'), contents(boundary, 0)),
        declares: fc.constantFrom<Upload['declares'][]>('nothing', 'content-length', 'upload-length'),
        segmentBytes: fc.integer({ min: 1, max: 12_000 }),
      })
      .map(({ preamble, type, known, altText, before, turn, file, fileName, fileStyle, after, isLast, ...rest }) => {
        const values = {
          media_type: type,
          media_category: inferCategory(type),
          total_bytes: String(file.length),
          additional_owners: '1,23',
          shared: 'true',
          alt_text: utf8(altText),
        }
        const field = ([name, content, how]: [string, string, Style]) => styled(`name="${name}"`, content, how)
        const fields = [...known.map((name) => styled(`name=${name}`, values[name], fileStyle)), ...before.map(field)]
        const parts = [
          ...fields.slice(turn),
          ...fields.slice(0, turn),
          styled(`name="f"; filename="${fileName}"`, file, fileStyle, known.includes('media_type') ? undefined : type),
          ...(isLast ? [] : after.map(field)),
        ]
        return { ...rest, boundary, preamble, parts, file, isLast }
      })
      .filter(({ parts }) => parts.every(({ content }) => isContent(content, boundary)))
  })
}

export function requestOf({ declares, segmentBytes, file, isLast, end }: Upload, body: string): ReadOptions {
  if (declares === 'nothing') return { headers: {} }
  if (declares === 'upload-length') return { headers: { [declares]: String(file.length) }, segmentBytes }
  // Only then does Content-Length tell the size of a file before its end.
  const isInferable = isLast && end === '\r\n'
  return { headers: { [declares]: String(body.length) }, segmentBytes: isInferable ? segmentBytes : body.length }
}

export interface Mutation {
  kind: 'flip' | 'remove' | 'insert' | 'cut' | 'repeat'
  /** A position near an edge between two pieces, or anywhere. */
  at: { edge: number; offset: number } | number
  bytes: number
  piece: number
}

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Mutation['kind'][]>('flip', 'remove', 'insert', 'insert', 'cut', 'repeat'),
    at: fc.oneof(fc.record({ edge: fc.nat(), offset: fc.integer({ min: -3, max: 3 }) }), fc.nat()),
    bytes: fc.oneof(fc.constant(1), fc.nat({ max: 80 })),
    piece: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 2 },
)

/** Damages a body, by accident or as an attacker would. */
export function mutate(form: Form, list: readonly Mutation[]): string {
  const pieces = render(form)
  const edges = pieces.map((_, index) => pieces.slice(0, index + 1).join('').length)
  const delimiter = `--${form.boundary}`
  const inserts = [
    ...[`\r\n${delimiter}`, delimiter, `${delimiter}--`, `\r\n${delimiter}--\r\n`, `${delimiter}\r\n`],
    ...['\r', '\n', '\r\n', '\r\n\r\n', '--', '-', '"', ';', ':', ' ', '\t', '\0', '\\', 'x', 'x: y\r\n', '\r\n '],
    `\r\n${delimiter.slice(0, -1)}`,
    'Content-Disposition: form-data; name="g"; filename="h"\r\n',
  ]
  let body = pieces.join('')
  for (const { kind, at, bytes, piece } of list) {
    const place = typeof at === 'number' ? at % (body.length + 1) : (edges[at.edge % edges.length] ?? 0) + at.offset
    const [front, back] = [body.slice(0, Math.max(0, place)), body.slice(Math.max(0, place))]
    const changed: Record<Mutation['kind'], string> = {
      flip: String.fromCharCode((back.charCodeAt(0) || 0) ^ piece) + back.slice(1),
      remove: back.slice(bytes),
      insert: (inserts[piece % inserts.length] ?? '') + back,
      cut: '',
      repeat: back.slice(0, bytes) + back,
    }
    body = front + changed[kind]
  }
  return body
}
