import { recognizeImage } from '../ingress/signatures/images.ts'
import { readBoxes } from '../ingress/signatures/iso-boxes.ts'
import { readBrands } from '../ingress/signatures/iso-media.ts'
import { recognizeSubtitles } from '../ingress/signatures/subtitles.ts'
import type { Container } from '../media-facts.ts'
import type { MediaType } from '../x/limits.ts'
import type { CreateFactsReader, MediaFormat } from './facts-reader.ts'
import { createBmpReader } from './images/bmp.ts'
import { createGifReader } from './images/gif.ts'
import { createAvifReader, createHeicReader } from './images/heif.ts'
import { createJpegReader } from './images/jpeg.ts'
import { createPngReader } from './images/png.ts'
import { createTiffReader } from './images/tiff.ts'
import { createWebpReader } from './images/webp.ts'
import { createSrtReader, createVttReader } from './subtitles.ts'

/** Images. Before the formats of videos, as HEIC and AVIF have the structure of an MP4. */
export const IMAGE_FORMATS: readonly MediaFormat[] = [
  imageFormat('jpeg', 'image/jpeg', createJpegReader),
  imageFormat('png', 'image/png', createPngReader),
  imageFormat('gif', 'image/gif', createGifReader),
  imageFormat('webp', 'image/webp', createWebpReader),
  imageFormat('bmp', 'image/bmp', createBmpReader),
  imageFormat('tiff', 'image/tiff', createTiffReader),
  heifFormat('heic', createHeicReader),
  heifFormat('avif', createAvifReader),
]

export const SUBTITLE_FORMATS: readonly MediaFormat[] = [
  subtitlesFormat('srt', 'text/srt', createSrtReader),
  subtitlesFormat('vtt', 'text/vtt', createVttReader),
]

function imageFormat(name: Container, mediaType: MediaType, createReader: CreateFactsReader): MediaFormat {
  return { name, recognize: (head) => (recognizeImage(head)?.mediaType === mediaType ? name : undefined), createReader }
}

function subtitlesFormat(name: Container, mediaType: MediaType, createReader: CreateFactsReader): MediaFormat {
  return {
    name,
    recognize: (head) => (recognizeSubtitles(head)?.mediaType === mediaType ? name : undefined),
    createReader,
  }
}

function heifFormat(name: 'heic' | 'avif', createReader: CreateFactsReader): MediaFormat {
  return { name, recognize: (head) => (heifContainer(head) === name ? name : undefined), createReader }
}

/** https://mp4ra.org/registered-types/brands */
const HEIC_BRAND = /^he[iv][cxms]$/
const AVIF_BRAND = /^avi[fs]$/
/** Images whatever their codec, which the compatible brands tell. ISO/IEC 23008-12 section 10 */
const IMAGE_BRAND = /^(?:mif1|msf1|miaf)$/

function heifContainer(head: Uint8Array): 'heic' | 'avif' | undefined {
  const [first] = readBoxes(head, { start: 0, end: head.length })
  if (first?.type !== 'ftyp') return undefined
  const { major, compatible } = readBrands(head, first)
  const telling = IMAGE_BRAND.test(major) ? compatible : [major]
  if (telling.some((brand) => AVIF_BRAND.test(brand))) return 'avif'
  return telling.some((brand) => HEIC_BRAND.test(brand)) ? 'heic' : undefined
}
