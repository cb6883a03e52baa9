import { describe, expect, it } from 'vitest'
import { identify } from '../../../src/ingress/signatures/identify.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const typeOf = (text: string) => identify(bytesOf(text))?.mediaType
const refusalOf = (text: string) => identify(bytesOf(text))?.refusal

const number = (value: number) => String.fromCharCode(0, 0, value >> 8, value & 0xff)
const box = (type: string, ...content: string[]) => `${number(8 + content.join('').length)}${type}${content.join('')}`
const ftyp = (...brands: string[]) => box('ftyp', brands[0] ?? '', '\0\0\0\0', ...brands.slice(1))
const hdlr = (type: string) => box('hdlr', '\0\0\0\0\0\0\0\0', type, '\0'.repeat(12))
const track = (type: string) => box('trak', box('tkhd', '\0'.repeat(20)), box('mdia', box('mdhd'), hdlr(type)))
const moov = (...types: string[]) => box('moov', box('mvhd', '\0'.repeat(100)), ...types.map(track))

describe('a file of boxes', () => {
  it.each(['moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'junk'])(
    'that begins with %s is QuickTime, whatever the size',
    (type) => {
      for (const size of ['\0\0\0\x08', '\0\0\0\0', '\0\0\0\x01', 'R\0FF']) {
        expect(typeOf(`${size}${type}\0\0\0\0\0\0\0\x20`), size).toBe('video/quicktime')
      }
    },
  )

  it.each(['styp', 'moof', 'sidx', 'emsg', 'prft'])('that begins with %s is a part of an MP4', (type) => {
    expect(typeOf(box(type))).toBe('video/mp4')
  })

  it.each([
    ['another box', box('meta')],
    ['a box of an impossible size', '\0\0\0\x07moov'],
    ['a large box of an impossible size', '\0\0\0\x01moov\0\0\0\0\0\0\0\x0f'],
    ['half a box', '\0\0\0\x08moo'],
    ['bytes without order', '\x01\x02\x03\x04\x05\x06\x07\x08\x09'],
  ])('does not begin with %s', (_, text) => {
    expect(typeOf(text)).toBeUndefined()
  })

  it('is QuickTime, whatever box comes before those of a video', () => {
    expect(typeOf(box('PICT', 'picture') + box('moov'))).toBe('video/quicktime')
    expect(typeOf(box('udta') + box('prfl', 'profile') + box('mdat'))).toBe('video/quicktime')
  })

  it('is what its brand says, also where free space comes before the brand', () => {
    expect(typeOf(box('free', 'space') + ftyp('isom') + moov('vide'))).toBe('video/mp4')
    expect(refusalOf(box('free', 'space') + ftyp('heic'))).toMatch(/HEIC/)
  })

  it('is not text with a word like a box in the fifth place', () => {
    expect(refusalOf('The free encyclopedia')).toMatch(/text/)
  })
})

describe('a brand', () => {
  it.each(['isom', 'iso6', 'iso8', 'mp41', 'mp42', 'avc1', 'dash', 'M4V ', 'MSNV', '3gp5', '3g2a', 'XAVC', 'f4v '])(
    '%j is a video’s, whatever follows',
    (brand) => {
      expect(typeOf(ftyp(brand))).toBe('video/mp4')
      expect(typeOf(`${ftyp(brand)}\0\0\0\0`)).toBe('video/mp4')
    },
  )

  it('of QuickTime is told from MP4', () => {
    expect(typeOf(ftyp('qt  '))).toBe('video/quicktime')
  })

  it('that is unknown is a video’s with one of those beside it, or with a video’s boxes behind it', () => {
    expect(typeOf(ftyp('zzzz', 'isom'))).toBe('video/mp4')
    expect(typeOf(ftyp('zzzz') + box('moov'))).toBe('video/mp4')
    expect(typeOf(ftyp('zzzz') + box('bloc', 'private') + box('mdat'))).toBe('video/mp4')
    expect(identify(bytesOf(ftyp('zzzz')))).toBeUndefined()
    expect(identify(bytesOf(ftyp('zzzz') + box('bloc')))).toBeUndefined()
  })

  it.each([
    ['heic', 'HEIC'],
    ['heix', 'HEIC'],
    ['hevc', 'HEIC'],
    ['heis', 'HEIC'],
    ['avif', 'AVIF'],
    ['avis', 'AVIF'],
    ['avci', 'HEIF'],
    ['mif1', 'HEIF'],
    ['msf1', 'HEIF'],
    ['miaf', 'HEIF'],
    ['jpx ', 'JPEG 2000'],
    ['jxl ', 'JPEG XL'],
    ['crx ', 'raw photo'],
  ])('%j is an image’s: %s', (brand, format) => {
    expect(refusalOf(ftyp(brand, 'isom'))).toMatch(new RegExp(`${format}.*Convert it to JPEG`))
    expect(refusalOf(ftyp(brand) + moov('pict'))).toMatch(format)
  })

  it.each(['M4A ', 'M4B ', 'M4P ', 'F4A ', 'aax '])('%j is a sound’s', (brand) => {
    expect(refusalOf(ftyp(brand, 'isom', 'mp42'))).toMatch(/does not take audio/)
  })

  it.each([
    ['mif1', 'heic', 'HEIC'],
    ['mif1', 'avif', 'AVIF'],
    ['zzzz', 'heic', 'HEIC'],
  ])('%j is explained by the brand %j beside it', (major, codec, format) => {
    expect(refusalOf(ftyp(major, 'zzz2', codec))).toMatch(format)
  })

  it('of a video is not overruled by those beside it', () => {
    expect(typeOf(ftyp('mp42', 'M4A ', 'mif1'))).toBe('video/mp4')
  })
})

describe('what is in the boxes', () => {
  it('tells an image under a video’s brand', () => {
    const meta = box('meta', '\0\0\0\0', hdlr('pict'))
    expect(refusalOf(ftyp('isom') + meta + box('mdat'))).toMatch(/HEIF/)
    expect(typeOf(ftyp('isom') + meta + moov('vide'))).toBe('video/mp4')
    expect(typeOf(ftyp('isom') + box('meta', '\0\0\0\0', hdlr('mdir')) + box('mdat'))).toBe('video/mp4')
  })

  it('tells sound alone, where all tracks are within the head', () => {
    const sound = ftyp('isom') + moov('soun')
    expect(refusalOf(sound)).toMatch(/does not take audio/)
    expect(refusalOf(moov('soun', 'soun'))).toMatch(/does not take audio/)
    expect(typeOf(sound.slice(0, -1))).toBe('video/mp4')
    for (const tracks of [['soun', 'vide'], ['vide'], ['soun', 'text'], []]) {
      expect(typeOf(ftyp('isom') + moov(...tracks)), tracks.join()).toBe('video/mp4')
    }
  })
})
