import { latin1 } from '../../lib/bytes.ts'
import { type Finding, unsupportedAudio } from './finding.ts'
import { type Box, readBoxes } from './iso-boxes.ts'
import { type Brands, HEIF, isVideoBrand, JPEG_2000, JPEG_XL, unsupportedBrand } from './iso-brands.ts'

/** Boxes at the start of a video, not always the first: ISO/IEC 14496-12; `wide`, `pnot` and `junk` are from Apple's QuickTime File Format. */
export const VIDEO_BOXES: ReadonlySet<string> = new Set(
  'moov mdat free skip wide pnot uuid pdin styp moof sidx emsg prft junk'.split(' '),
)

/** Boxes of files without `ftyp` that ISO media has and QuickTime has not. */
const FRAGMENT_BOXES: ReadonlySet<string> = new Set(['styp', 'moof', 'sidx', 'emsg', 'prft'])

const ONLY_SOUND = unsupportedAudio('an MP4 without a video track')

/** MP4 and QuickTime, which share one structure, and the images and audio files that have it too. */
export function recognizeIsoMedia(head: Uint8Array): Finding | undefined {
  const boxes = readBoxes(head, { start: 0, end: head.length })
  const [first] = boxes
  if (first === undefined) return undefined
  if (first.type === 'jP  ') return JPEG_2000
  if (first.type === 'JXL ') return JPEG_XL
  // As early as possible, says section 4.3; `free` may come before it.
  const fileType = boxes.find(({ type }) => type === 'ftyp')
  const brands = fileType && readBrands(head, fileType)
  const hasVideoBox = boxes.some(({ type }) => VIDEO_BOXES.has(type))
  if (brands === undefined && !hasVideoBox) return undefined
  const refusal = brands && unsupportedBrand(brands)
  if (refusal) return refusal
  if (isImage(head, boxes)) return HEIF
  if (hasOnlySound(head, boxes)) return ONLY_SOUND
  if (brands && !isVideoBrand(brands) && !hasVideoBox) return undefined
  const isQuickTime = brands ? brands.major === 'qt  ' : !FRAGMENT_BOXES.has(first.type)
  return { mediaType: isQuickTime ? 'video/quicktime' : 'video/mp4' }
}

/** ISO/IEC 14496-12 section 4.3: the major brand, its version, and the compatible brands, of four bytes each. */
export function readBrands(head: Uint8Array, { start, end }: Box): Brands {
  const compatible: string[] = []
  for (let offset = start + 8; offset + 4 <= Math.min(end, head.length); offset += 4) {
    compatible.push(latin1(head, offset, offset + 4))
  }
  return { major: latin1(head, start, start + 4), compatible }
}

/** ISO/IEC 23008-12 section 6.2: an image is described by a `meta` box of the handler `pict`, and has no tracks. */
function isImage(head: Uint8Array, boxes: readonly Box[]): boolean {
  const metas = boxes.filter(({ type }) => type === 'meta')
  // A version and flags stand in front of what is in it.
  const handlers = metas.flatMap(({ start, end }) => handlerTypes(head, readBoxes(head, { start: start + 4, end })))
  return handlers.includes('pict') && !boxes.some(({ type }) => type === 'moov')
}

/** Whether there are tracks, all of them described within these bytes, and none but for sound. */
function hasOnlySound(head: Uint8Array, boxes: readonly Box[]): boolean {
  const movie = boxes.find(({ type }) => type === 'moov')
  if (movie === undefined || movie.end > head.length) return false
  const media = children(head, children(head, [movie], 'trak'), 'mdia')
  const handlers = media.flatMap((box) => handlerTypes(head, readBoxes(head, box)))
  return handlers.length > 0 && handlers.every((handler) => handler === 'soun')
}

function children(head: Uint8Array, parents: readonly Box[], type: string): Box[] {
  return parents.flatMap((parent) => readBoxes(head, parent).filter((box) => box.type === type))
}

/** ISO/IEC 14496-12 section 8.4.3: the type stands behind eight bytes of the `hdlr` box. */
function handlerTypes(head: Uint8Array, boxes: readonly Box[]): string[] {
  return boxes.filter(({ type }) => type === 'hdlr').map(({ start }) => latin1(head, start + 8, start + 12))
}
