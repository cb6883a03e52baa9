import { describe, expect, it } from 'vitest'
import { identify } from '../../../src/ingress/signatures/identify.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { MEDIA_TYPES, type MediaType } from '../../../src/x/limits.ts'
import { headOf, sampleFile } from '../../support/media.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const typeOf = (text: string) => identify(bytesOf(text))?.mediaType
const refusalOf = (text: string) => identify(bytesOf(text))?.refusal

/** The one name of a format that has two. */
const canonical = (type: MediaType): MediaType => (type === 'image/pjpeg' ? 'image/jpeg' : type)

describe.each(MEDIA_TYPES)('a sample of %s', (own) => {
  it.each([undefined, 1000, HEAD_BYTES, 10_000])('of %s bytes is known as what it is', (bytes) => {
    const file = sampleFile(own, bytes)
    expect(file).toHaveLength(bytes ?? headOf(own).length)
    expect(identify(file.subarray(0, HEAD_BYTES))).toEqual({ mediaType: canonical(own) })
  })

  it('is known wherever in a buffer it lies', () => {
    const buffer = new Uint8Array(HEAD_BYTES + 7)
    buffer.set(sampleFile(own, HEAD_BYTES), 7)
    expect(identify(buffer.subarray(7))?.mediaType).toBe(canonical(own))
  })

  it('is not known without its first byte, or with another', () => {
    const head = headOf(own)
    // The number of a cue may be missing.
    if (own !== 'text/srt') expect(identify(head.subarray(1))?.mediaType).toBeUndefined()
    // The first byte of a box's size may be any.
    if (!own.startsWith('video/mp4') && own !== 'video/quicktime') {
      expect(identify(head.with(0, 0xaa))?.mediaType).toBeUndefined()
    }
    expect(identify(new Uint8Array())).toBeUndefined()
  })
})

describe('images', () => {
  it.each<[MediaType, string]>([
    ['image/gif', 'GIF87a'],
    ['image/tiff', 'MM\0*'],
    ['image/tiff', 'II+\0\x08\0\0\0'],
    ['image/tiff', 'MM\0+\0\x08\0\0'],
    ['image/webp', 'RIFF\xff\xff\xff\xffWEBPVP8L'],
    ['image/jpeg', '\xff\xd8\xff\xff\xff\xe1'],
  ])('are %s in its other form %j', (mediaType, text) => {
    expect(typeOf(text)).toBe(mediaType)
  })

  it.each(['GIF88a', 'II\0*', 'MM*\0', '\x89PNG\n\r\x1a\n', '\xff\xd8', 'BM\0\0'])('are not %j', (text) => {
    expect(typeOf(text)).toBeUndefined()
  })

  it('are bitmaps only with a header of a size that there is', () => {
    const bitmap = (size: string) => typeOf(`BM\0\0\0\0\0\0\0\0\x36\0\0\0${size}`)
    for (const size of ['\x0c\0\0\0', '\x28\0\0\0', '\x7c\0\0\0']) expect(bitmap(size)).toBe('image/bmp')
    for (const size of ['\x7d\0\0\0', '\0\x01\0\0', '\x28\0\0\x01', 'The ']) expect(bitmap(size)).toBeUndefined()
  })

  it('of cameras are told from the TIFF they are made of', () => {
    expect(refusalOf('II*\0\x10\0\0\0CR\x02\0')).toMatch(/raw photo/)
  })
})

describe('models', () => {
  const zip = (name: string, method = '\0\0', length = name.length) =>
    `PK\x03\x04\x14\0\0\0${method}${'\0'.repeat(16)}${String.fromCharCode(length)}\0\0\0${name}`

  it.each(['scene.usda', 'scene.usdc', 'a/b/scene.usd', 'SCENE.USDC'])('are USDZ when %s comes first', (name) => {
    expect(typeOf(zip(name))).toBe('model/vnd.usdz+zip')
  })

  it.each([
    ['another file', zip('scene.usdz')],
    ['a compressed scene', zip('scene.usda', '\x08\0')],
    ['a name that is cut off', zip('scene.usd', '\0\0', 10)],
    ['no entry', 'PK\x05\x06'],
  ])('are not USDZ with %s', (_, text) => {
    expect(typeOf(text)).toBeUndefined()
  })

  it.each(['glTF\x01\0\0\0', 'glTF\0\0\0\x02'])('are not glTF 2.0: %j', (text) => {
    expect(typeOf(text)).toBeUndefined()
  })
})

describe('video/webm', () => {
  const fields = '\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08'
  const versions = '\x42\x87\x81\x04\x42\x85\x81\x02'
  const webm = '\x1a\x45\xdf\xa3\x87\x42\x82\x84webm'

  it.each([
    ['as browsers and FFmpeg write it', `\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f${fields}\x42\x82\x84webm${versions}`],
    ['with a checksum', `\x1a\x45\xdf\xa3\xa5\xbf\x84abcd${fields}\x42\x82\x84webm${versions}`],
    ['with eight bytes of size', `\x1a\x45\xdf\xa3\xa6${fields}\x42\x82\x01\0\0\0\0\0\0\x04webm${versions}`],
    ['with its DocType behind a void', `\x1a\x45\xdf\xa3\x40\x6b\xec\x40\x64${'\0'.repeat(100)}\x42\x82\x84webm`],
    ['with a padded DocType', '\x1a\x45\xdf\xa3\x89\x42\x82\x86webm\0\0'],
  ])('is a header %s', (_, text) => {
    expect(typeOf(text)).toBe('video/webm')
  })

  it.each([
    ['Matroska', `\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23${fields}\x42\x82\x88matroska${versions}`],
    ['Matroska that mentions webm', `\x1a\x45\xdf\xa3\xa3${fields}\x42\x82\x88matroskawebm`],
    ['a header without a DocType', `\x1a\x45\xdf\xa3\x90${fields}webm`],
    ['a DocType behind the header', `\x1a\x45\xdf\xa3\x80\x42\x82\x84webm`],
    ['a DocType behind an id of five bytes', '\x1a\x45\xdf\xa3\x8d\x08\0\0\0\x01\x80\x42\x82\x84webm'],
  ])('is not %s', (_, text) => {
    expect(refusalOf(text)).toMatch(/Matroska/)
  })

  it('has a video track, where all tracks are within the head', () => {
    const track = (type: string) => `\xae\x83\x83\x81${type}`
    const tracks = (...types: string[]) => {
      const entries = types.map(track).join('')
      return `${webm}\x18\x53\x80\x67\x01${'\xff'.repeat(7)}\x16\x54\xae\x6b${String.fromCharCode(0x80 | entries.length)}${entries}`
    }
    expect(typeOf(tracks('\x01', '\x02'))).toBe('video/webm')
    expect(refusalOf(tracks('\x02'))).toMatch(/audio/)
    expect(typeOf(tracks('\x02', '\x01').slice(0, -5))).toBe('video/webm')
  })
})

describe('video/mp2t', () => {
  const packets = (bytes: number, count: number, leading = 0) => {
    const file = new Uint8Array(leading + (count - 1) * bytes + 1).fill(0xff)
    for (let packet = 0; packet < count; packet++) file[leading + packet * bytes] = 0x47
    return file
  }
  const isStream = (file: Uint8Array) => identify(file)?.mediaType === 'video/mp2t'

  it.each([188, 192, 204])('is three packets of %i bytes that fill a file, and not less', (bytes) => {
    expect(isStream(packets(bytes, 3))).toBe(true)
    expect(isStream(packets(bytes, 3).subarray(0, -1))).toBe(false)
    expect(isStream(packets(bytes, 3, bytes - 1))).toBe(true)
    expect(isStream(packets(bytes, 3, bytes))).toBe(false)
  })

  it.each([188, 192, 204])('is five packets of %i bytes in step, wherever they begin', (bytes) => {
    for (const leading of [1, 4, bytes - 1, bytes, 1000]) {
      expect(isStream(packets(bytes, 5, leading)), String(leading)).toBe(true)
      for (const lost of [0, 2, 4]) {
        const file = packets(bytes, 5, leading).with(leading + lost * bytes, 0x48)
        expect(isStream(file), `${leading}, ${lost}`).toBe(false)
      }
    }
  })

  it('is a stream that lost bytes anywhere', () => {
    const whole = sampleFile('video/mp2t', HEAD_BYTES + 188)
    for (let lost = 1; lost < HEAD_BYTES; lost += 97) {
      const file = Uint8Array.of(...whole.subarray(0, lost), ...whole.subarray(lost + 38)).subarray(0, HEAD_BYTES)
      expect(isStream(file), String(lost)).toBe(true)
    }
  })

  it('is not text, though a line may begin with G', () => {
    expect(isStream(bytesOf(`${'G'.padEnd(187)}\n`.repeat(20)))).toBe(false)
    expect(isStream(bytesOf('G'.repeat(HEAD_BYTES)))).toBe(false)
  })
})

describe('text/vtt', () => {
  it.each([
    'WEBVTT',
    '\xef\xbb\xbfWEBVTT',
    'WEBVTT\n',
    'WEBVTT\r\n',
    '\xef\xbb\xbfWEBVTT\r',
    'WEBVTT\t-',
    'WEBVTT - Title',
  ])('is %j', (text) => {
    expect(typeOf(text)).toBe('text/vtt')
  })

  it.each(['WEBVTT2', '\xef\xbb\xbfWEBVTT-', 'WEBVTT\f', 'webvtt', '\nWEBVTT', '\xef\xbbWEBVTT'])(
    'is not %j',
    (text) => {
      expect(typeOf(text)).toBeUndefined()
    },
  )
})

describe('text/srt', () => {
  it.each([
    '1\n00:00:01,000 --> 00:00:02,000\nHi\n',
    '1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n',
    '1\r00:00:01,000 --> 00:00:02,000\rHi\r',
    '1\r\r\n00:00:01,000 --> 00:00:02,000\r\r\nHi\r\r\n',
    '\xef\xbb\xbf\r\n \n\n12 \n1:02:03.456-->1:02:04.000\n',
    '00:00:01,000 --> 00:00:02,000\nHi\n',
    '1\n000:00:01,000 --> 000:00:02,000\n',
    '1\n0:0:1,5\t-->\t0:0:2,25 X1:0\n',
    `${'\r\n'.repeat(2000)}1\n00:00:01,000 -->`,
  ])('is %j', (text) => {
    expect(typeOf(text)).toBe('text/srt')
  })

  it.each([
    'one\n00:00:01,000 --> 00:00:02,000\n',
    '1 00:00:01,000 --> 00:00:02,000\n',
    '1\n\n00:00:01,000 --> 00:00:02,000\n',
    '1\n00:01,000 --> 00:02,000\n',
    '1\n00:00:01:000 --> 00:00:02:000\n',
    '1\n00:00:01,000 -> 00:00:02,000\n',
    '{\\rtf1}\n1\n00:00:01,000 --> 00:00:02,000\n',
  ])('is not %j', (text) => {
    expect(typeOf(text)).toBeUndefined()
  })
})

describe('subtitles in UTF-16', () => {
  const encode = (text: string, order: 'little' | 'big') =>
    [...bytesOf(text)].flatMap((byte) => (order === 'little' ? [byte, 0] : [0, byte]))

  it.each<[string, number[]]>([
    ['with the mark of little-endian', [0xff, 0xfe, ...encode('1\r\n00:00:01,000 --> 00:00:02,000\r\nHi', 'little')]],
    ['with the mark of big-endian', [0xfe, 0xff, ...encode('1\r\n00:00:01,000 --> 00:00:02,000\r\nHi', 'big')]],
    ['without a mark', encode('WEBVTT\n\n00:01.000 --> 00:02.000\nHi', 'little')],
    ['without a mark, big-endian', encode('WEBVTT\n\n00:01.000 --> 00:02.000\nHi', 'big')],
  ])('are told what to do: %s', (_, bytes) => {
    expect(identify(Uint8Array.from(bytes))?.refusal).toMatch(/Save the file as UTF-8/)
  })
})

describe('another file', () => {
  it.each([
    ['\x7fELF\x02', /program/],
    ['MZ\x90\0\x03', /program/],
    ['\x1f\x8b\x08\0', /gzip/],
    ['7z\xbc\xaf\x27\x1c\0', /7z/],
    ['Rar!\x1a\x07\0', /RAR/],
    ['OggS\0', /Ogg/],
    ['\xef\xbf\xbdPNG\r\n\x1a\n\0\0\0\rIHDR', /read as text/],
    ['\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\0\x10JFIF', /read as text/],
    ['MThd\0\0\0\x06', /audio/],
    ['RIFF\0\0\0\0AVI LIST', /AVI.*Convert it to MP4/],
    ['FLV\x01\x05', /Flash.*Convert it to MP4/],
    ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', /Windows Media.*Convert it to MP4/],
    ['\xff\xf9\x50\x80', /audio/],
    ['\xff\xfb\x90\x64', /audio/],
    ['\0', /NUL/],
  ])('is named: %j', (text, refusal) => {
    expect(refusalOf(text)).toMatch(refusal)
  })

  it('is not taken for MP3 by sync bits that stuffing has too', () => {
    for (const text of ['\xff\xff\xff\xff', '\xff\xfb\x9c\0', '\xff\xe9\x90\0']) expect(refusalOf(text)).toBeUndefined()
  })

  const base64 = btoa(String.fromCharCode(...sampleFile('image/png', 60)))
  it.each([
    ['<!DOCTYPE html>\n<html lang="en"><title>Hi</title>', /HTML page/],
    ['\xef\xbb\xbf\n <html><p>\xe3\x81\x93', /HTML page/],
    ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">', /SVG/],
    ['<?xml version="1.0"?>\n<tt/>', /XML/],
    [`data:image/png;base64,${base64}`, /data URL/],
    [base64, /base64/],
    [`{"media":"${base64}"}`, /JSON.*base64/],
    ['{"data":{"id":"1"}}', /JSON/],
    ['[\n  1, 2]', /JSON/],
    ['[]', /JSON/],
    ['{\n}', /JSON/],
    ['[00:01.00]Hello', /text, and neither SRT nor WebVTT/],
    ['{1}{25}Hello', /text, and neither SRT nor WebVTT/],
    ['[10][25]Hello', /text, and neither SRT nor WebVTT/],
    ['--b\r\nContent-Disposition: form-data; name="media"\r\n', /Do not set Content-Type yourself/],
    ['[object Blob]', /turns a file into a string/],
    ['null\n', /turns a file into a string/],
    ['#!/bin/sh\nrm -rf /\n', /text, and neither SRT nor WebVTT/],
    ['{\\rtf1}', /text, and neither SRT nor WebVTT/],
  ])('is text of a kind: %j', (text, refusal) => {
    expect(refusalOf(text)).toMatch(refusal)
  })

  it.each(['\x01', 'abc\x00', `${' '.repeat(64)}\x01`, 'MThx\0', '\xff\xfe\x01\x02'])('is not named: %j', (text) => {
    expect(identify(bytesOf(text))).toBeUndefined()
  })
})
