import { type Finding, unsupportedAudio, unsupportedImage } from './finding.ts'
import { CANON_RAW } from './images.ts'

/** What nearly every phone takes its photos in. */
const HEIC: Finding = unsupportedImage('a HEIC photo', 'HEIC')
const AVIF: Finding = unsupportedImage('an AVIF image', 'AVIF')
export const HEIF: Finding = unsupportedImage('a HEIF image', 'HEIF')
export const JPEG_2000: Finding = unsupportedImage('a JPEG 2000 image', 'JPEG 2000')
export const JPEG_XL: Finding = unsupportedImage('a JPEG XL image', 'JPEG XL')

const ITUNES_AUDIO = unsupportedAudio('an audio file in MP4 (M4A)')
const FLASH_AUDIO = unsupportedAudio('Flash audio (F4A)')
const AUDIOBOOK = unsupportedAudio('an Audible audiobook (AAX)')

/** Brands of HEIF images whatever their codec, which the compatible brands tell. ISO/IEC 23008-12 section 10 */
const IMAGE_BRANDS: ReadonlySet<string> = new Set(['mif1', 'msf1', 'miaf'])

/** Brands of what X does not take. https://mp4ra.org/registered-types/brands */
const UNSUPPORTED_BRANDS: ReadonlyMap<string, Finding> = new Map([
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'].map((brand) => [brand, HEIC] as const),
  ...['avif', 'avis'].map((brand) => [brand, AVIF] as const),
  ...['avci', 'avcs'].map((brand) => [brand, HEIF] as const),
  ...['jp2 ', 'jpx ', 'jpm '].map((brand) => [brand, JPEG_2000] as const),
  ['jxl ', JPEG_XL],
  ['crx ', CANON_RAW],
  ...['M4A ', 'M4B ', 'M4P '].map((brand) => [brand, ITUNES_AUDIO] as const),
  ...['F4A ', 'F4B '].map((brand) => [brand, FLASH_AUDIO] as const),
  ...['aax ', 'aaxc'].map((brand) => [brand, AUDIOBOOK] as const),
])

/** Brands of videos: the editions of ISO/IEC 14496-12 and -14, QuickTime, phones (3GPP), DASH and CMAF, cameras, Flash. */
const VIDEO_BRAND =
  /^(?:iso[\da-z]|mp4[12]|avc1|qt {2}|M4V[ HP]|3g[2eghmprst][\da-z]|dash|cmf[c2]|MSNV|XAVC|mmp4|[fF]4[vV] )$/

/** The brands of a file: the major one, which tells what it is, and those whose readers understand it too. */
export interface Brands {
  major: string
  compatible: readonly string[]
}

/** What a file of these brands is, if X does not take it. */
export function unsupportedBrand({ major, compatible }: Brands): Finding | undefined {
  const known = UNSUPPORTED_BRANDS.get(major)
  if (known) return known
  const isImage = IMAGE_BRANDS.has(major)
  if (!isImage && isVideoBrand({ major, compatible })) return undefined
  const [codec] = compatible.flatMap((brand) => UNSUPPORTED_BRANDS.get(brand) ?? [])
  return codec ?? (isImage ? HEIF : undefined)
}

/** Whether one of the brands is a video's. */
export function isVideoBrand({ major, compatible }: Brands): boolean {
  return VIDEO_BRAND.test(major) || compatible.some((brand) => VIDEO_BRAND.test(brand))
}
