import { createHash, randomBytes } from 'node:crypto'
import { headOf } from '../test/support/media.ts'

const WRITE_BYTES = 256 * 1024

/** A file that a client uploads. */
export interface LoadFile {
  bytes: number
  sha256: string
  pieces(): Iterable<Uint8Array>
}

/** Files whose every byte may differ, for the memory of one: each begins elsewhere in the same random ring. */
export function createFiles(count: number, bytes: number): LoadFile[] {
  const head = Buffer.from(headOf('video/mp4'))
  const ring = randomBytes(bytes - head.length)
  return Array.from({ length: count }, (_, index) => {
    const turn = Math.floor((index * ring.length) / count)
    const pieces = () => [head, ...cut(ring.subarray(turn)), ...cut(ring.subarray(0, turn))]
    return fileOf(bytes, pieces)
  })
}

/** The first bytes of a file, as one. */
export function shortened(file: LoadFile, bytes: number): LoadFile {
  return fileOf(bytes, function* () {
    let left = bytes
    for (const piece of file.pieces()) {
      if (left > 0) yield piece.subarray(0, left)
      left -= piece.length
    }
  })
}

function fileOf(bytes: number, pieces: () => Iterable<Uint8Array>): LoadFile {
  const hash = createHash('sha256')
  for (const piece of pieces()) hash.update(piece)
  return { bytes, sha256: hash.digest('hex'), pieces }
}

function* cut(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) yield bytes.subarray(at, at + WRITE_BYTES)
}
