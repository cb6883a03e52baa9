import { hasAt, latin1 } from '../../lib/bytes.ts'
import { type Finding, unsupportedAudio, unsupportedVideo } from './finding.ts'

/** Ids of elements: RFC 8794 section 11.2 and RFC 9559 section 5.1. */
const EBML = 0x1a45dfa3
const DOC_TYPE = 0x4282
const SEGMENT = 0x18538067
const TRACKS = 0x1654ae6b
const TRACK_ENTRY = 0xae
const TRACK_TYPE = 0x83

/** RFC 9559 section 5.1.4.1.3 */
const AUDIO_TRACK = 2

interface Element {
  id: number
  /** Where its content begins and ends; the end may lie beyond the bytes at hand. */
  start: number
  end: number
}

/** WebM (https://www.webmproject.org/docs/container/), and Matroska, which X does not take. */
export function recognizeMatroska(head: Uint8Array): Finding | undefined {
  if (!hasAt(head, 0, '\x1a\x45\xdf\xa3')) return undefined
  const file = { id: 0, start: 0, end: head.length }
  const docTypes = descendants(head, file, EBML, DOC_TYPE).map(({ start, end }) => latin1(head, start, end))
  // A string may be padded with NULs: RFC 8794 section 7.4
  if (docTypes[0]?.replace(/\0+$/, '') !== 'webm') return unsupportedVideo('a Matroska video (MKV)', 'Matroska')
  return hasOnlySound(head, file) ? unsupportedAudio('a WebM file without a video track') : { mediaType: 'video/webm' }
}

/** Only where all tracks are described within these bytes. */
function hasOnlySound(head: Uint8Array, file: Element): boolean {
  const [tracks] = descendants(head, file, SEGMENT, TRACKS)
  if (tracks === undefined || tracks.end > head.length) return false
  const types = descendants(head, tracks, TRACK_ENTRY, TRACK_TYPE).map(({ end }) => head[end - 1])
  return types.length > 0 && types.every((type) => type === AUDIO_TRACK)
}

/** The elements that are found by following these ids from a parent downwards. */
function descendants(head: Uint8Array, parent: Element, ...path: readonly number[]): Element[] {
  return path.reduce<Element[]>(
    (parents, id) => parents.flatMap((element) => children(head, element).filter((child) => child.id === id)),
    [parent],
  )
}

/** The elements of one level, as far as the bytes reach. Each takes two bytes at least, so that there is an end. */
function children(head: Uint8Array, parent: Element): Element[] {
  const found: Element[] = []
  let offset = parent.start
  while (offset < Math.min(parent.end, head.length)) {
    const idBytes = lengthOf(head[offset])
    const sizeOffset = offset + idBytes
    const sizeBytes = lengthOf(head[sizeOffset])
    // RFC 8794 section 5: an id has up to four bytes; section 6: a size has up to eight.
    if (idBytes > 4 || sizeBytes > 8) break
    const start = sizeOffset + sizeBytes
    const end = start + readSize(head.subarray(sizeOffset, start))
    found.push({ id: readNumber(head.subarray(offset, sizeOffset)), start, end })
    offset = end
  }
  return found
}

/** RFC 8794 section 4: the zero bits in front of the first one tell how many bytes follow. */
function lengthOf(first = 0): number {
  return Math.clz32(first) - 23
}

/** RFC 8794 section 6.1: a size whose bits are all ones is unknown; the element reaches to the end of its parent, or less. */
function readSize(bytes: Uint8Array): number {
  const [first = 0, ...rest] = bytes
  // Without its marker bit, for a number has no room for that of eight bytes.
  const size = readNumber([first & (0xff >> bytes.length), ...rest])
  return size === 2 ** (7 * bytes.length) - 1 ? Number.POSITIVE_INFINITY : size
}

function readNumber(bytes: Iterable<number>): number {
  let number = 0
  for (const byte of bytes) number = number * 256 + byte
  return number
}
