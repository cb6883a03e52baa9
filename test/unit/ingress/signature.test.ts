import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesSignature } from '../../../src/ingress/signature.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { MEDIA_TYPES, type MediaType } from '../../../src/x/limits.ts'
import { headOf, sampleFile } from '../../support/media.ts'

const ISO_TYPES: readonly MediaType[] = ['video/mp4', 'video/quicktime']
const STRICT_TYPES = MEDIA_TYPES.filter((type) => !ISO_TYPES.includes(type))

/** The media types that a file may be declared as, besides its own. */
const COINCIDING: Partial<Record<MediaType, readonly MediaType[]>> = {
  // One format with two names.
  'image/jpeg': ['image/pjpeg'],
  'image/pjpeg': ['image/jpeg'],
  // QuickTime files became ISO base media; brands do not tell them apart.
  'video/mp4': ['video/quicktime'],
  'video/quicktime': ['video/mp4'],
  // Signatures of one and two bytes are no evidence against a video, which may begin with any bytes.
  'image/bmp': ISO_TYPES,
  'video/mp2t': ISO_TYPES,
}

const ISO_BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'styp', 'moof', 'sidx', 'junk']

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const matches = (text: string, mediaType: MediaType) => matchesSignature(bytesOf(text), mediaType)

describe.each(MEDIA_TYPES)('a sample of %s', (own) => {
  it.each([undefined, 1000, HEAD_BYTES, 10_000])(
    'of %s bytes matches its own type and those it coincides with',
    (bytes) => {
      const file = sampleFile(own, bytes)
      expect(file).toHaveLength(bytes ?? headOf(own).length)
      const head = file.subarray(0, HEAD_BYTES)
      const matching = MEDIA_TYPES.filter((mediaType) => matchesSignature(head, mediaType))
      expect(new Set(matching)).toEqual(new Set([own, ...(COINCIDING[own] ?? [])]))
    },
  )

  it('matches wherever in a buffer it lies', () => {
    const buffer = new Uint8Array(HEAD_BYTES + 7)
    buffer.set(sampleFile(own, HEAD_BYTES), 7)
    expect(matchesSignature(buffer.subarray(7), own)).toBe(true)
  })
})

describe.each(STRICT_TYPES)('the signature of %s', (mediaType) => {
  it('is needed to its last byte', () => {
    const head = headOf(mediaType)
    expect(matchesSignature(head, mediaType)).toBe(true)
    expect(matchesSignature(head.subarray(0, -1), mediaType)).toBe(false)
    expect(matchesSignature(new Uint8Array(), mediaType)).toBe(false)
  })

  it('is refused with its first byte missing or changed', () => {
    const head = headOf(mediaType)
    expect(matchesSignature(head.subarray(1), mediaType)).toBe(false)
    expect(matchesSignature(head.with(0, 0xaa), mediaType)).toBe(false)
  })
})

describe('images and models', () => {
  it.each<[MediaType, string]>([
    ['image/gif', 'GIF87a'],
    ['image/tiff', 'MM\0*'],
    ['image/tiff', 'II+\0\x08\0\0\0'],
    ['image/tiff', 'MM\0+\0\x08\0\0'],
    ['image/webp', 'RIFF\xff\xff\xff\xffWEBPVP8L'],
  ])('matches %s in its other form %j', (mediaType, text) => {
    expect(matches(text, mediaType)).toBe(true)
  })

  it.each<[MediaType, string]>([
    ['image/gif', 'GIF88a'],
    ['image/tiff', 'II\0*'],
    ['image/tiff', 'MM*\0'],
    ['image/webp', 'RIFF\0\0\0\0WAVE'],
    ['image/png', '\x89PNG\n\r\x1a\n'],
    ['model/gltf-binary', 'glTF\x01\0\0\0'],
    ['model/gltf-binary', 'glTF\0\0\0\x02'],
    ['model/vnd.usdz+zip', 'PK\x05\x06'],
  ])('refuses as %s: %j', (mediaType, text) => {
    expect(matches(text, mediaType)).toBe(false)
  })
})

describe('video/webm', () => {
  const fields = '\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08'
  const versions = '\x42\x87\x81\x04\x42\x85\x81\x02'

  it.each([
    ['as browsers and FFmpeg write it', `\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f${fields}\x42\x82\x84webm${versions}`],
    ['with a checksum', `\x1a\x45\xdf\xa3\xa5\xbf\x84abcd${fields}\x42\x82\x84webm${versions}`],
    ['with eight bytes of size', `\x1a\x45\xdf\xa3\xa6${fields}\x42\x82\x01\0\0\0\0\0\0\x04webm${versions}`],
  ])('matches a header %s', (_, text) => {
    expect(matches(text, 'video/webm')).toBe(true)
  })

  it.each([
    ['Matroska', `\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23${fields}\x42\x82\x88matroska${versions}`],
    ['Matroska that mentions webm', `\x1a\x45\xdf\xa3\xa3${fields}\x42\x82\x88matroskawebm`],
    ['a header without a DocType', `\x1a\x45\xdf\xa3\x90${fields}webm`],
    ['a DocType far behind', `\x1a\x45\xdf\xa3${'\xec'.padEnd(100, '\0')}\x42\x82\x84webm`],
  ])('refuses %s', (_, text) => {
    expect(matches(text, 'video/webm')).toBe(false)
  })
})

describe('video/mp2t', () => {
  const bluRay = (bytes: number) => {
    const file = new Uint8Array(bytes)
    for (let offset = 4; offset < bytes; offset += 192) file[offset] = 0x47
    return file
  }

  it('matches three packets of either size, and not less', () => {
    expect(matchesSignature(sampleFile('video/mp2t').subarray(0, 2 * 188 + 1), 'video/mp2t')).toBe(true)
    expect(matchesSignature(sampleFile('video/mp2t').subarray(0, 2 * 188), 'video/mp2t')).toBe(false)
    expect(matchesSignature(bluRay(4 + 2 * 192 + 1), 'video/mp2t')).toBe(true)
    expect(matchesSignature(bluRay(4 + 2 * 192), 'video/mp2t')).toBe(false)
  })

  it('refuses a stream that is out of step in any packet', () => {
    for (let offset = 0; offset < HEAD_BYTES; offset += 188) {
      expect(matchesSignature(sampleFile('video/mp2t', HEAD_BYTES).with(offset, 0x48), 'video/mp2t')).toBe(false)
    }
    for (let offset = 4; offset < HEAD_BYTES; offset += 192) {
      expect(matchesSignature(bluRay(HEAD_BYTES).with(offset, 0x48), 'video/mp2t')).toBe(false)
    }
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
  ])('matches %j', (text) => {
    expect(matches(text, 'text/vtt')).toBe(true)
  })

  it.each(['WEBVTT2', '\xef\xbb\xbfWEBVTT-', 'WEBVTT\f', 'webvtt', '\nWEBVTT', '\xef\xbbWEBVTT', '\xff\xfeW\0E\0B\0'])(
    'refuses %j',
    (text) => {
      expect(matches(text, 'text/vtt')).toBe(false)
    },
  )
})

describe('text/srt', () => {
  it.each([
    '1\n00:00:01,000 --> 00:00:02,000\nHi\n',
    '1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n',
    '1\r00:00:01,000 --> 00:00:02,000\rHi\r',
    '\xef\xbb\xbf\r\n \n\n12 \n1:02:03.456-->1:02:04.000\n',
    `${'\r\n'.repeat(2000)}1\n00:00:01,000 -->`,
  ])('matches %j', (text) => {
    expect(matches(text, 'text/srt')).toBe(true)
  })

  it.each([
    '00:00:01,000 --> 00:00:02,000\nHi\n',
    'one\n00:00:01,000 --> 00:00:02,000\n',
    '1 00:00:01,000 --> 00:00:02,000\n',
    '1\n\n00:00:01,000 --> 00:00:02,000\n',
    '1\n00:01,000 --> 00:02,000\n',
    '1\n000:00:01,000 --> 000:00:02,000\n',
    '1\n00:00:01:000 --> 00:00:02:000\n',
    '1\n00:00:01,000 -> 00:00:02,000\n',
    '{\\rtf1}\n1\n00:00:01,000 --> 00:00:02,000\n',
  ])('refuses %j', (text) => {
    expect(matches(text, 'text/srt')).toBe(false)
  })

  it.each(['\r\n', '\n', ' ', '1', '1\n', '1\n1'])(
    'refuses a head full of %j without backtracking for ages',
    (text) => {
      expect(matches(text.repeat(HEAD_BYTES / text.length), 'text/srt')).toBe(false)
    },
  )
})

describe.each(ISO_TYPES)('%s', (mediaType) => {
  it('matches any bytes that are no other signature', () => {
    fc.assert(
      // It starts with 0, which no refused signature does.
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 4999 }), (bytes) =>
        matchesSignature(Uint8Array.of(0, ...bytes), mediaType),
      ),
      { numRuns: 2000, seed: 20_260_901 },
    )
  })

  it.each(['', 'abc', '\0', 'BM', 'G', 'MZ', '\0\0\0\x08'])('matches the short file %j', (text) => {
    expect(matches(text, mediaType)).toBe(true)
  })

  it.each(ISO_BOXES)('matches a file whose first box is %s, whatever its size spells', (box) => {
    expect(matches(`\0\0\0\x08${box}`, mediaType)).toBe(true)
    expect(matches(`RIFF${box}`, mediaType)).toBe(true)
    expect(matches(`%PDF${box}-and-only-text-after-it`, mediaType)).toBe(true)
  })

  it.each(['isom', 'iso6', 'mp41', 'mp42', 'avc1', 'dash', 'M4V ', 'qt  ', 'MSNV', '3gp5', 'heiX', 'hei'])(
    'matches the brand %j',
    (brand) => {
      expect(matches(`\0\0\0\x18ftyp${brand}`, mediaType)).toBe(true)
    },
  )

  it.each(['heic', 'heix', 'mif1', 'avif', 'avis', 'msf1', 'hevc', 'M4A ', 'M4B '])('refuses the brand %j', (brand) => {
    expect(matches(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}isom`, mediaType)).toBe(false)
  })

  it.each([
    '\xff\xd8\xff',
    '\x89PNG\r\n\x1a\n',
    'GIF87a',
    'GIF89a',
    'RIFF',
    'II*\0',
    'MM\0*',
    'II+\0',
    'MM\0+',
    '\x1a\x45\xdf\xa3',
    'glTF',
    'PK\x03\x04',
    'WEBVTT',
    '%PDF-',
    '\x7fELF',
    'MZ\x90\0',
    '\x1f\x8b\x08',
    '7z\xbc\xaf\x27\x1c',
    'Rar!',
    'OggS',
    'ID3',
    'FLV\x01',
    '\x30\x26\xb2\x75\x8e\x66\xcf\x11',
  ])('refuses %j, and only all of it', (magic) => {
    expect(matches(magic, mediaType)).toBe(false)
    expect(matches(magic.slice(0, -1), mediaType)).toBe(true)
    expect(matches(magic.slice(0, -1).padEnd(HEAD_BYTES, '\xaa'), mediaType)).toBe(true)
  })

  it('refuses a Windows program where its header lies within the head', () => {
    const program = new Uint8Array(HEAD_BYTES)
    program.set(bytesOf('MZ'))
    const at = (offset: number) => {
      const file = program.slice()
      new DataView(file.buffer).setUint32(0x3c, offset, true)
      file.set(bytesOf('PE\0\0').subarray(0, HEAD_BYTES - offset), offset)
      return file
    }
    expect(matchesSignature(at(0x100), mediaType)).toBe(false)
    expect(matchesSignature(Uint8Array.of(0, ...at(0x100)).subarray(1), mediaType)).toBe(false)
    expect(matchesSignature(at(HEAD_BYTES - 4), mediaType)).toBe(false)
    expect(matchesSignature(at(HEAD_BYTES - 3), mediaType)).toBe(true)
    expect(matchesSignature(at(0x100).with(0x101, 0x46), mediaType)).toBe(true)
    expect(matchesSignature(at(0x100).subarray(0, 0x3f), mediaType)).toBe(true)
  })

  it.each([
    '<!DOCTYPE html>\n<html lang="en"><title>Hi</title>',
    '{"data":{"id":"1"}}',
    '#!/bin/sh\nrm -rf /\n',
    '\xef\xbb\xbf{"data":{"id":1}}',
    '1\n00:00:01,000 --> 00:00:02,000\n\xe3\x81\x93\n',
    '\xef\xbb\xbfWEBVTT\n\n\xe3\x81\x93',
    `${' '.repeat(64)}\0`,
    ' '.repeat(16),
  ])('refuses the text %j', (text) => {
    expect(matches(text, mediaType)).toBe(false)
  })

  it.each([
    ' '.repeat(15),
    `${' '.repeat(63)}\0`,
    `${' '.repeat(15)}\x7f`,
    `${' '.repeat(15)}\x1b`,
    `\xef\xbb${' '.repeat(16)}`,
  ])('matches what is not text for long enough: %j', (text) => {
    expect(matches(text, mediaType)).toBe(true)
  })
})
