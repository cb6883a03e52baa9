import type { CreateFactsReader, ReadFacts } from '../../src/media/facts-reader.ts'
import { createBmpReader } from '../../src/media/images/bmp.ts'
import { createGifReader } from '../../src/media/images/gif.ts'
import { createAvifReader, createHeicReader } from '../../src/media/images/heif.ts'
import { createJpegReader } from '../../src/media/images/jpeg.ts'
import { createPngReader } from '../../src/media/images/png.ts'
import { createTiffReader } from '../../src/media/images/tiff.ts'
import { createWebpReader } from '../../src/media/images/webp.ts'
import { createSrtReader, createVttReader } from '../../src/media/subtitles.ts'
import { readFixture } from './media-fixtures.ts'

export type ReaderName = 'avif' | 'bmp' | 'gif' | 'heic' | 'jpeg' | 'png' | 'srt' | 'tiff' | 'vtt' | 'webp'

export const READERS: Readonly<Record<ReaderName, CreateFactsReader>> = {
  avif: createAvifReader,
  bmp: createBmpReader,
  gif: createGifReader,
  heic: createHeicReader,
  jpeg: createJpegReader,
  png: createPngReader,
  srt: createSrtReader,
  tiff: createTiffReader,
  vtt: createVttReader,
  webp: createWebpReader,
}

/** A small real file, and what it says about itself. */
export interface ImageFixture {
  /** Its path in test/fixtures. */
  file: string
  reader: ReaderName
  /** The command or the way it was made; left out for those of test/fixtures/media. */
  made?: string
  facts: ReadFacts
  /** What other programs say about it, if they can read it. */
  ffprobe?: OracleFacts
  sharp?: OracleFacts & { orientation?: number }
}

export type OracleFacts = Partial<Pick<ReadFacts, 'width' | 'height' | 'frames' | 'durationSecs' | 'loop' | 'cmyk'>>

const { files }: { files: ImageFixture[] } = JSON.parse(
  new TextDecoder().decode(readFixture('media-facts/images.json')),
)

/** The images and subtitles of test/fixtures/media-facts/images.json. */
export const IMAGE_FIXTURES: readonly ImageFixture[] = files

/** Gives a whole file to a reader, in one piece. */
export function readFacts(name: ReaderName, bytes: Uint8Array): ReadFacts {
  const reader = READERS[name]()
  reader.push(bytes)
  reader.end()
  return reader.facts()
}

/** How many bytes of a file a reader takes until it knows all. */
export function bytesUntilDone(name: ReaderName, bytes: Uint8Array): number {
  const reader = READERS[name]()
  let given = 0
  while (!reader.done && given < bytes.length) reader.push(bytes.subarray(given, ++given))
  return given
}
