import { describe, expect, it } from 'vitest'
import { checkMedia, isStillImage, needsFirstSegment, possibleCategories } from '../../../src/ingress/check-media.ts'
import { readDeclaredMedia } from '../../../src/ingress/media-type.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { MEDIA_TYPES, type MediaCategory, type MediaType } from '../../../src/x/limits.ts'
import { sampleFile } from '../../support/media.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'

const VAGUE = [
  '',
  'application/octet-stream',
  'binary/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  '*/*',
]

const check = (type: string | null, head: Uint8Array, category?: MediaCategory) =>
  checkMedia(readDeclaredMedia(type, category), head)

describe('a declared type', () => {
  it.each<[string, MediaType]>([
    ['image/jpg', 'image/jpeg'],
    ['image/pjpeg', 'image/jpeg'],
    ['image/x-png', 'image/png'],
    ['image/x-citrix-jpeg', 'image/jpeg'],
    ['image/x-citrix-png', 'image/png'],
    ['image/apng', 'image/png'],
    ['image/x-windows-bmp', 'image/bmp'],
    ['image/x-ms-bmp', 'image/bmp'],
    ['image/x-bmp', 'image/bmp'],
    ['image/tif', 'image/tiff'],
    ['video/x-m4v', 'video/mp4'],
    ['video/m4v', 'video/mp4'],
    ['application/mp4', 'video/mp4'],
    ['video/mov', 'video/quicktime'],
    ['video/mpeg2ts', 'video/mp2t'],
    ['video/mp2ts', 'video/mp2t'],
    ['video/vnd.dlna.mpeg-tts', 'video/mp2t'],
    ['text/vnd.trolltech.linguist', 'video/mp2t'],
    ['application/x-subrip', 'text/srt'],
    ['application/x-srt', 'text/srt'],
    ['video/MP2T', 'video/mp2t'],
    ['Image/JPG; charset=binary', 'image/jpeg'],
    [' video/webm;codecs=vp9,opus', 'video/webm'],
  ])('%j means %s', (declared, mediaType) => {
    expect(readDeclaredMedia(declared, undefined).mediaTypes).toEqual([mediaType])
    expect(check(declared, sampleFile(mediaType, HEAD_BYTES)).mediaType).toBe(mediaType)
  })

  it.each(MEDIA_TYPES.filter((type) => type !== 'image/pjpeg'))('%s is X’s own', (mediaType) => {
    expect(readDeclaredMedia(mediaType, undefined).mediaTypes).toEqual([mediaType])
  })

  it.each([
    ['image/heic', /HEIC.*Convert.*JPEG/],
    ['image/heif-sequence', /HEIC.*Convert.*JPEG/],
    ['IMAGE/AVIF', /AVIF.*Convert.*JPEG/],
    ['image/svg+xml', /Convert the image/],
    ['video/x-matroska', /Convert the video/],
    ['audio/mpeg', /audio/],
    ['application/json', /not JSON/],
    ['application/pdf', /"application\/pdf"\. Send the file with its own type/],
    ['constructor', /its own type/],
    ['null', /"null"/],
    ['image/png, image/png', /Convert the image/],
  ])('%j is refused before a byte is read, with advice', (declared, detail) => {
    const read = () => readDeclaredMedia(declared, undefined)
    expect(read).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }))
    expect(read).toThrow(detail)
    expect(read).toThrow('X accepts video/mp4')
  })
})

describe('a type that says little', () => {
  it.each([null, ...VAGUE])('leaves %j to the first bytes', (declared) => {
    for (const mediaType of MEDIA_TYPES.filter((type) => type !== 'image/pjpeg')) {
      expect(check(declared, sampleFile(mediaType, HEAD_BYTES)).mediaType).toBe(mediaType)
    }
    expect(() => check(declared, new Uint8Array(100).fill(0x01))).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', message: expect.stringContaining('Declare its type') }),
    )
    expect(() => check(declared, readMediaFixture('photo.heic'))).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type', message: expect.stringContaining('HEIC') }),
    )
  })

  it.each<[string, MediaType, MediaType]>([
    ['image/*', 'image/webp', 'video/mp4'],
    ['image', 'image/gif', 'video/mp4'],
    ['video/*', 'video/webm', 'image/jpeg'],
    ['video', 'video/quicktime', 'text/vtt'],
  ])('as %s is for files of that kind alone', (declared, taken, refused) => {
    expect(check(declared, sampleFile(taken, HEAD_BYTES)).mediaType).toBe(taken)
    expect(() => check(declared, sampleFile(refused, HEAD_BYTES))).toThrow(`Send it as ${refused}.`)
  })

  it('as text/plain is for subtitles alone', () => {
    expect(() => check('text/plain', readMediaFixture('photo.jpg'))).toThrow(
      'The file is image/jpeg, not text/plain. Send it as image/jpeg.',
    )
    expect(() => readDeclaredMedia('text/plain', 'tweet_image')).toThrow(
      expect.objectContaining({ code: 'category_mismatch' }),
    )
  })
})

describe('a type that says what the file is', () => {
  it('is refused for a file of another format, by its right name', () => {
    for (const found of MEDIA_TYPES) {
      for (const declared of MEDIA_TYPES) {
        const read = () => check(declared, sampleFile(found, HEAD_BYTES)).mediaType
        const formats = new Set(
          [found, declared].map((type) => type.replace('pjpeg', 'jpeg').replace('quicktime', 'mp4')),
        )
        if (formats.size === 1) expect(read()).toBe(declared.replace('pjpeg', 'jpeg'))
        else expect(read).toThrow(expect.objectContaining({ code: 'signature_mismatch' }))
      }
    }
    expect(() => check('image/jpg', readMediaFixture('plain.png'))).toThrow(
      'The file is image/png, not image/jpg. Send it as image/png.',
    )
  })
})

describe('a category', () => {
  it('must take the type that was declared, and the one that was found', () => {
    const mismatch = expect.objectContaining({ code: 'category_mismatch' })
    expect(() => readDeclaredMedia('image/png', 'tweet_video')).toThrow(mismatch)
    expect(() => check('application/octet-stream', sampleFile('image/png', 100), 'tweet_video')).toThrow(mismatch)
    expect(check('application/octet-stream', sampleFile('image/png', 100), 'dm_image').category).toBe('dm_image')
  })

  it('that was not declared may be any of those of the types', () => {
    const possible = (type: string, category?: MediaCategory) => possibleCategories(readDeclaredMedia(type, category))
    expect(possible('')).toEqual(['tweet_video', 'subtitles', 'tweet_image', 'tweet_gif'])
    expect(possible('', 'dm_video')).toEqual(['dm_video'])
    expect(possible('text/plain')).toEqual(['subtitles'])
    expect(possible('image/gif')).toEqual(['tweet_gif', 'tweet_image'])
  })

  it('is certain to be an image’s only if no byte can change that', () => {
    const isImage = (type: string, category?: MediaCategory) => isStillImage(readDeclaredMedia(type, category))
    expect(isImage('image/png')).toBe(true)
    expect(isImage('image/jpg', 'dm_image')).toBe(true)
    for (const type of ['', 'image/gif']) {
      expect(isImage(type)).toBe(false)
      expect(isImage(type, 'tweet_image')).toBe(false)
    }
    expect(isImage('video/mp4')).toBe(false)
  })
})

describe('the category of a GIF', () => {
  const still = readMediaFixture('still-87a.gif')
  const animated = readMediaFixture('animated.gif')

  it('that is animated is not an image’s', () => {
    expect(() => check('image/gif', animated, 'dm_image')).toThrow('use dm_gif')
    expect(() => check('', animated, 'tweet_image')).toThrow('use tweet_gif')
  })

  it('is taken for animated, or for what was declared, where the bytes do not tell', () => {
    const begun = still.subarray(0, -1)
    expect(check('image/gif', begun).category).toBe('tweet_gif')
    expect(check('image/gif', begun, 'dm_image').category).toBe('dm_image')
  })

  it('waits for more bytes only where they can tell something', () => {
    const needs = (type: string, head: Uint8Array, category?: MediaCategory) =>
      needsFirstSegment(readDeclaredMedia(type, category), head)
    const begun = still.subarray(0, -1)
    for (const type of ['image/gif', '']) {
      expect(needs(type, begun)).toBe(true)
      expect(needs(type, begun, 'dm_image')).toBe(true)
      expect(needs(type, begun, 'tweet_gif')).toBe(false)
      expect(needs(type, begun, 'dm_gif')).toBe(false)
      expect(needs(type, still)).toBe(false)
      expect(needs(type, animated)).toBe(false)
    }
    expect(needs('', sampleFile('image/png', HEAD_BYTES))).toBe(false)
    expect(needs('video/mp4', begun)).toBe(false)
  })
})
