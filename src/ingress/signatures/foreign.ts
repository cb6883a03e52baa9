import { hasAt } from '../../lib/bytes.ts'
import { type Finding, unsupportedAudio, unsupportedFile, unsupportedImage, unsupportedVideo } from './finding.ts'
import { JPEG_2000, JPEG_XL } from './iso-brands.ts'

type Beginning = readonly [magic: string, finding: Finding, offset?: number]

const DESTROYED: Finding = {
  refusal: 'This file was read as text, which destroyed it. Read it as bytes, and send it again.',
}

/** How formats begin that X does not take and that people do send. */
const BEGINNINGS: readonly Beginning[] = [
  ['8BPS', unsupportedImage('a Photoshop document', 'PSD')],
  ['\xff\x4f\xff\x51', JPEG_2000],
  // PNG and JPEG, with U+FFFD in place of the bytes that are not UTF-8.
  ['\xef\xbf\xbdPNG', DESTROYED],
  ['\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd', DESTROYED],
  ['AVI ', unsupportedVideo('an AVI video', 'AVI'), 8],
  // ASF specification, section 10.1: the first half of the header object's GUID
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', unsupportedVideo('a Windows Media file', 'Windows Media')],
  ['FLV\x01', unsupportedVideo('a Flash video', 'Flash')],
  ['\0\0\x01\xba', unsupportedVideo('an MPEG program stream', 'program streams')],
  ['\0\0\x01\xb3', unsupportedVideo('an MPEG video without a container', 'bare video streams')],
  ['WAVE', unsupportedAudio('a WAV file'), 8],
  ['fLaC', unsupportedAudio('a FLAC file')],
  [
    'OggS',
    { refusal: 'This is an Ogg file; X does not take Ogg. Convert a video to MP4; audio alone is not accepted.' },
  ],
  ['#!AMR', unsupportedAudio('an AMR file')],
  ['MThd', unsupportedAudio('a MIDI file')],
  ['ID3', unsupportedAudio('an MP3 file')],
  ['%PDF-', unsupportedFile('a PDF document')],
  // POSIX.1-1988, ustar interchange format
  ['ustar', unsupportedFile('a tar archive'), 257],
  ['\x1f\x8b\x08', unsupportedFile('a gzip archive')],
  ['7z\xbc\xaf\x27\x1c', unsupportedFile('a 7z archive')],
  ['Rar!\x1a\x07', unsupportedFile('a RAR archive')],
  ['\x7fELF', unsupportedFile('a program for Linux')],
]

/** So short that other files begin like this by chance: they come last. */
const SHORT_BEGINNINGS: readonly Beginning[] = [
  ['\0\0\x01\0', unsupportedImage('a Windows icon', 'ICO')],
  ['\xff\x0a', JPEG_XL],
  ['\0\0\0\x01', unsupportedVideo('an H.264 or H.265 video without a container', 'bare video streams')],
  ['\0\0\x01', unsupportedVideo('a video without a container', 'bare video streams')],
  ['MZ', unsupportedFile('a program for Windows')],
]

export function recognizeForeign(head: Uint8Array): Finding | undefined {
  return find(BEGINNINGS, head)
}

export function recognizeByFewBytes(head: Uint8Array): Finding | undefined {
  return find(SHORT_BEGINNINGS, head) ?? recognizeAudioFrame(head) ?? (isAllNul(head) ? NOTHING : undefined)
}

function find(beginnings: readonly Beginning[], head: Uint8Array): Finding | undefined {
  return beginnings.find(([magic, , offset = 0]) => hasAt(head, offset, magic))?.[1]
}

const NOTHING: Finding = {
  refusal: 'This file has nothing but NUL bytes, as when a download or a copy did not finish. Get the file again.',
}

function isAllNul(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte === 0)
}

const AAC = unsupportedAudio('an AAC file')
const MP3 = unsupportedAudio('an MP3 file')

/** A frame's sync bits, of ADTS (ISO/IEC 14496-3 section 1.A.3.2) or of MPEG audio (ISO/IEC 11172-3 section 2.4.2.3). */
function recognizeAudioFrame(head: Uint8Array): Finding | undefined {
  const [sync = 0, kind = 0, rates = 0] = head
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0) return undefined
  if ((kind & 0xf6) === 0xf0) return AAC
  const isLayer2Or3 = (kind & 0x06) === 0x02 || (kind & 0x06) === 0x04
  return isLayer2Or3 && rates >> 4 !== 0x0f && (rates & 0x0c) !== 0x0c ? MP3 : undefined
}
