import { randomBytes } from 'node:crypto'

/** An `mdat` box that reaches to the end of the file, as old QuickTime files begin: the fewest bytes that are a video. */
const MEDIA_DATA = Buffer.from('\0\0\0\0mdat')

/** A video of this many random bytes, 8 at least. */
export function randomVideo(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.concat([MEDIA_DATA, randomBytes(bytes - MEDIA_DATA.length)])
}
