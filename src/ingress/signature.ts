import type { MediaType } from '../x/limits.ts'
import { HEAD_BYTES } from './upload-source.ts'

type Signature = (head: Uint8Array) => boolean

/** SOI and the first byte of the next marker. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern */
const JPEG = '\xff\xd8\xff'
/** https://www.w3.org/TR/png-3/#5PNG-file-signature */
const PNG = '\x89PNG\r\n\x1a\n'
/** GIF89a specification, section 17. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const GIF = ['GIF87a', 'GIF89a']
/** TIFF 6.0, section 2, and BigTIFF. https://libtiff.gitlab.io/libtiff/specification/bigtiff.html */
const TIFF = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']
/** RFC 8794 section 11.2: the id of the EBML header. */
const EBML = '\x1a\x45\xdf\xa3'
/** Local file header of the first entry. APPNOTE 4.3.7; https://openusd.org/release/spec_usdz.html */
const ZIP = 'PK\x03\x04'

/** Boxes a file may begin with: ISO/IEC 14496-12; `wide`, `pnot` and `junk`: Apple's QuickTime File Format. */
const isIsoBox = at(4, ...'ftyp moov mdat free skip wide pnot uuid styp moof sidx junk'.split(' '))

/** Major brands of HEIF (ISO/IEC 23008-12), AVIF and Apple's audio. https://mp4ra.org/registered-types/brands */
const isStillOrAudio = at(
  4,
  ...['heic', 'heix', 'hevc', 'mif1', 'msf1', 'avif', 'avis', 'M4A ', 'M4B '].map((brand) => `ftyp${brand}`),
)

/** Beginnings of other formats, none shorter than three bytes: of the shorter ones some would begin an odd video. */
const isForeign = at(
  0,
  ...[JPEG, PNG, ...GIF, ...TIFF, EBML, ZIP, 'RIFF', 'glTF'],
  ...['%PDF-', '\x7fELF', 'MZ\x90\0', '\x1f\x8b\x08', '7z\xbc\xaf\x27\x1c', 'Rar!', 'OggS', 'ID3', 'FLV\x01'],
  // ASF specification, section 10.1: the first half of the header object's GUID
  '\x30\x26\xb2\x75\x8e\x66\xcf\x11',
)

const SIGNATURES: Readonly<Record<MediaType, Signature>> = {
  'video/mp4': mayBeIsoVideo,
  'video/quicktime': mayBeIsoVideo,
  'video/webm': isWebm,
  'video/mp2t': (head) => isSynchronous(head, 0, 188) || isSynchronous(head, 4, 192),
  'text/srt': isSubRip,
  'text/vtt': isWebVtt,
  'image/jpeg': at(0, JPEG),
  'image/pjpeg': at(0, JPEG),
  'image/png': at(0, PNG),
  'image/gif': at(0, ...GIF),
  // RFC 9649, "WebP File Header"
  'image/webp': (head) => latin1(head, 0, 4) === 'RIFF' && latin1(head, 8, 12) === 'WEBP',
  // BITMAPFILEHEADER.bfType. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
  'image/bmp': at(0, 'BM'),
  'image/tiff': at(0, ...TIFF),
  // https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-header
  'model/gltf-binary': at(0, 'glTF\x02\0\0\0'),
  'model/vnd.usdz+zip': at(0, ZIP),
}

/**
 * Whether a file that begins with these bytes can be what its media type says. It looks at the signature alone: a match
 * does not prove that the rest is such a file, or that it is harmless.
 *
 * @param head The file's first HEAD_BYTES, or all of a shorter file.
 */
export function matchesSignature(head: Uint8Array, mediaType: MediaType): boolean {
  return SIGNATURES[mediaType](head)
}

/** Bytes as characters of the same number; `TextDecoder` has no such encoding, its `latin1` is windows-1252. */
function latin1(head: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...head.subarray(start, end))
}

function at(offset: number, ...magics: readonly string[]): Signature {
  return (head) => magics.some((magic) => latin1(head, offset, offset + magic.length) === magic)
}

/** Old QuickTime files have no fixed first bytes, so a file is refused only when it is evidently something else. */
function mayBeIsoVideo(head: Uint8Array): boolean {
  if (isIsoBox(head)) return !isStillOrAudio(head)
  return ![isForeign, isWindowsProgram, isWebVtt, isSubRip, isPlainText].some((signature) => signature(head))
}

/** The DocType (RFC 8794 section 11.2) is `webm`, https://www.webmproject.org/docs/container/, and not `matroska`. */
function isWebm(head: Uint8Array): boolean {
  const header = latin1(head, 0, 80)
  // The size before the value takes one to eight bytes.
  return header.startsWith(EBML) && /B\x82.{1,8}?webm/s.test(header)
}

/** Sync bytes of ISO/IEC 13818-1 section 2.4.3.2; on Blu-ray discs (BDAV) four bytes of time precede each packet. */
function isSynchronous(head: Uint8Array, first: number, packetBytes: number): boolean {
  if (head.length <= first + 2 * packetBytes) return false
  for (let offset = first; offset < head.length; offset += packetBytes) if (head[offset] !== 0x47) return false
  return true
}

/** https://www.w3.org/TR/webvtt1/#file-structure, section 4.1 */
function isWebVtt(head: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)/.test(latin1(head, 0, 10))
}

/** SubRip has no specification: https://www.loc.gov/preservation/digital/formats/fdd/fdd000569.shtml */
function isSubRip(head: Uint8Array): boolean {
  const text = latin1(head, 0, HEAD_BYTES)
  // No two neighbours can match the same character, so that this takes linear time whatever the text.
  return /^(?:\xef\xbb\xbf)?[ \t\r\n]*\d+[ \t]*(?:\r\n|\r|\n)[ \t]*\d\d?:\d\d:\d\d[,.]\d{3}[ \t]*-->/.test(text)
}

function isPlainText(head: Uint8Array): boolean {
  return head.length >= 16 && /^(?:\xef\xbb\xbf)?[\t\r\n -~]+$/.test(latin1(head, 0, 64))
}

/** https://learn.microsoft.com/windows/win32/debug/pe-format#ms-dos-stub-image-only */
function isWindowsProgram(head: Uint8Array): boolean {
  if (head.length < 0x40 || latin1(head, 0, 2) !== 'MZ') return false
  const offset = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0x3c, true)
  return latin1(head, offset, offset + 4) === 'PE\0\0'
}
