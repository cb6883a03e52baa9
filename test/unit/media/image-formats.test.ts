import { describe, expect, it } from 'vitest'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { IMAGE_FORMATS, SUBTITLE_FORMATS } from '../../../src/media/image-formats.ts'
import { IMAGE_FIXTURES, READERS } from '../../support/image-facts.ts'
import { readFixture } from '../../support/media-fixtures.ts'

const FORMATS = [...IMAGE_FORMATS, ...SUBTITLE_FORMATS]

function recognizedBy(head: Uint8Array): readonly (string | undefined)[] {
  return FORMATS.filter((format) => format.recognize(head)).flatMap(({ name, recognize }) => [name, recognize(head)])
}

describe('the formats of images and subtitles', () => {
  it('each have a reader of the same name', () => {
    expect(Object.fromEntries(FORMATS.map(({ name, createReader }) => [name, createReader]))).toEqual(READERS)
  })

  it.each(IMAGE_FIXTURES)('recognize $file, and only as $reader', ({ file, reader }) => {
    expect(recognizedBy(readFixture(file).subarray(0, HEAD_BYTES))).toEqual([reader, reader])
  })

  it.each([
    'xcode.png',
    'clip.mp4',
    'clip.mov',
    'recording.webm',
    'broadcast.mpegts',
    'brand-avci.mp4',
    'prose.srt',
    'utf16-le-bom.vtt',
  ])('leave %s to others', (file) => {
    expect(recognizedBy(readFixture(`media/${file}`))).toEqual([])
  })

  it.each(['brand-heim.mp4', 'brand-hevx.mp4', 'photo-mif1.heif'])('recognize %s as HEIC', (file) => {
    expect(recognizedBy(readFixture(`media/${file}`))).toEqual(['heic', 'heic'])
  })

  it('recognize nothing in no bytes', () => {
    expect(recognizedBy(new Uint8Array())).toEqual([])
  })
})
