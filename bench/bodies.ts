import { randomBytes } from 'node:crypto'
import { headOf } from '../test/support/media.ts'

const KIB = 1024
export const MIB: number = 1024 * KIB

/** Bytes of every body, or of its file. */
const SIZE = 64 * MIB
/** Bytes of a write, unless it is writes that are measured. */
const WRITE_BYTES = MIB
const DRIP_BYTES = KIB

/** A body, as a client of ill will may send it. */
export interface Body {
  name: string
  /** The ordinary body of the same size that it is compared with; itself, where it is one. */
  baseline: 'multipart' | 'raw'
  /** How it is sent: in large pieces, or in small ones that a runtime may have trouble with. */
  framing: 'plain' | '1 KiB writes' | '1 KiB chunks'
  /** Added to the address. */
  query: string
  headers: Readonly<Record<string, string | number>>
  pieces: readonly Uint8Array[]
}

/** Bytes of a chunk in an ordinary chunked body, as most clients send it. */
const CHUNK_BYTES: number = 64 * KIB

/** Short, so that a flood has many of them. */
const BOUNDARY = 'boundary'
/** As long as Chrome's and Safari's, of 38 characters: the longer a boundary, the faster the search for it. */
const BROWSER_BOUNDARY = '----WebKitFormBoundaryQ7hX2mVbT9cLr4Zk'

const RANDOM: Uint8Array = randomBytes(WRITE_BYTES)

/** Every file begins as a video does: one that is refused for its first bytes would cost nothing. */
const HEAD = Buffer.from(headOf('video/mp4'))
const JPEG_HEAD = Buffer.from(headOf('image/jpeg'))

export function createBodies(): Body[] {
  const plain = fileOf(RANDOM)
  const longest = 'a'.repeat(70)
  const disposition = 'Content-Disposition: form-data; name="other"'
  return [
    multipart('multipart', plain),
    multipart('file of CRLF', fileOf('\r\n')),
    multipart('file of delimiters, last byte wrong', fileOf(`\r\n--${BOUNDARY.slice(0, -1)}X`)),
    multipart('file of delimiters, first byte missing', fileOf(`\n--${BOUNDARY}`)),
    multipart('file of a, boundary of 70 a', fileOf('a'), longest),
    multipart('file of CR and 64 a, boundary of 70 a', fileOf(`\r${longest.slice(6)}`), longest),
    multipart('file of b and CR, boundary of 35 ab', fileOf('b\r'), 'ab'.repeat(35)),
    endless('preamble', 'no delimiter here\r\n'),
    endless('one header', 'a'.repeat(KIB), `--${BOUNDARY}\r\n${disposition}; filename="`),
    endless('empty parts', `--${BOUNDARY}\r\n${disposition}\r\n\r\n\r\n`),
    dripping('multipart, 1 KiB writes', multipart('', plain)),
    chunked('multipart, 1 KiB chunks', multipart('', plain)),
    raw('raw', plain),
    dripping('raw, 1 KiB writes', raw('', plain)),
    chunked('raw, 1 KiB chunks', raw('', plain)),
  ]
}

export type Kind = 'raw' | 'chunked' | 'multipart' | 'drip'

/** A body as an honest client sends it, whose file has `bytes` bytes. */
export function createBody(kind: Kind, bytes: number): Pick<Body, 'headers' | 'pieces'> {
  const file = fileOf(RANDOM, bytes)
  if (kind === 'multipart') return multipart(kind, file, BROWSER_BOUNDARY)
  if (kind === 'chunked') return chunked(kind, raw(kind, file), CHUNK_BYTES, bytes)
  return kind === 'drip' ? dripping(kind, raw(kind, file)) : raw(kind, file)
}

/** A photo as a body of its own. */
export function createPhoto(bytes: number): Pick<Body, 'headers' | 'pieces'> {
  const pieces = [JPEG_HEAD, ...repeated(RANDOM, bytes - JPEG_HEAD.length)]
  return { headers: { 'content-type': 'image/jpeg', 'content-length': bytes }, pieces }
}

/** A file that repeats a pattern, in pieces that are all views of one block. */
function fileOf(pattern: string | Uint8Array, bytes: number = SIZE): Uint8Array[] {
  return [HEAD, ...repeated(pattern, bytes - HEAD.length)]
}

function* repeated(pattern: string | Uint8Array, bytes: number): Generator<Uint8Array, void> {
  const unit = Buffer.from(pattern)
  const block = Buffer.concat(Array.from({ length: Math.ceil(WRITE_BYTES / unit.length) }, () => unit))
  for (let left = bytes; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block
}

function raw(name: string, pieces: readonly Uint8Array[]): Body {
  const headers = { 'content-type': 'video/mp4', 'content-length': sizeOf(pieces) }
  return { name, baseline: 'raw', framing: 'plain', query: '', headers, pieces }
}

function multipart(name: string, file: readonly Uint8Array[], boundary = BOUNDARY): Body {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n`
  return form(name, [Buffer.from(head), ...file, Buffer.from(`\r\n--${boundary}--\r\n`)], boundary)
}

/** A body that never comes to its file. */
function endless(name: string, pattern: string, start = ''): Body {
  return form(`${SIZE / MIB} MiB of ${name}`, [Buffer.from(start), ...repeated(pattern, SIZE - start.length)], BOUNDARY)
}

function form(name: string, pieces: readonly Uint8Array[], boundary: string): Body {
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': sizeOf(pieces),
  }
  return { name, baseline: 'multipart', framing: 'plain', query: `?total_bytes=${SIZE}`, headers, pieces }
}

function dripping(name: string, body: Body): Body {
  return { ...body, name, framing: '1 KiB writes', pieces: cut(body.pieces, DRIP_BYTES) }
}

function chunked(name: string, body: Body, chunkBytes: number = DRIP_BYTES, fileBytes: number = SIZE): Body {
  const { 'content-length': _, ...headers } = body.headers
  const framed = new Map<Uint8Array, Uint8Array>()
  const pieces = body.pieces.map((piece) => {
    const chunks = framed.get(piece) ?? Buffer.concat(cut([piece], chunkBytes).flatMap(chunkOf))
    framed.set(piece, chunks)
    return chunks
  })
  return {
    ...body,
    name,
    framing: '1 KiB chunks',
    headers: { ...headers, 'transfer-encoding': 'chunked', 'upload-length': fileBytes },
    pieces: [...pieces, Buffer.from('0\r\n\r\n')],
  }
}

function chunkOf(bytes: Uint8Array): Uint8Array[] {
  return [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]
}

const CRLF = Buffer.from('\r\n')

function cut(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  return pieces.flatMap((piece) =>
    Array.from({ length: Math.ceil(piece.length / bytes) }, (_, index) =>
      piece.subarray(index * bytes, (index + 1) * bytes),
    ),
  )
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}
