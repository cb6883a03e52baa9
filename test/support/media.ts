import type { MediaType } from '../../src/x/limits.ts'

/** Null packets, ISO/IEC 13818-1 section 2.4.3.2: the reserved PID, payload only. */
const TRANSPORT_PACKET_BYTES = 188
const TRANSPORT_PACKET = '\x47\x1f\xff\x10'.padEnd(TRANSPORT_PACKET_BYTES, '\xff')

/** The shortest signatures, one character per byte. */
const HEADS: Readonly<Record<MediaType, string>> = {
  'video/mp4': '\0\0\0\x10ftypisom\0\0\0\0',
  'video/quicktime': '\0\0\0\x10ftypqt  \0\0\0\0',
  'video/webm': '\x1a\x45\xdf\xa3\x87\x42\x82\x84webm',
  'video/mp2t': `${TRANSPORT_PACKET.repeat(2)}\x47`,
  'text/srt': '1\n00:00:00,000 -->',
  'text/vtt': 'WEBVTT',
  'image/jpeg': '\xff\xd8\xff',
  'image/gif': 'GIF89a',
  'image/bmp': 'BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0',
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/webp': 'RIFF\0\0\0\0WEBP',
  'image/pjpeg': '\xff\xd8\xff',
  'image/tiff': 'II*\0',
  'model/gltf-binary': 'glTF\x02\0\0\0',
  'model/vnd.usdz+zip': `PK\x03\x04${'\0'.repeat(22)}\x06\0\0\0a.usda`,
}

/** The fewest first bytes that show this media type. */
export function headOf(mediaType: MediaType): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(HEADS[mediaType], (character) => character.charCodeAt(0))
}

/**
 * A file of this size with the signature of its media type; without a size, only the signature. Subtitles and transport
 * streams are valid to the end, other files only in their first bytes.
 */
export function sampleFile(mediaType: MediaType, bytes?: number): Uint8Array<ArrayBuffer> {
  const head = headOf(mediaType)
  if (bytes === undefined) return head
  if (bytes < head.length) throw new RangeError(`${mediaType} takes ${head.length} bytes or more`)
  if (mediaType === 'text/srt') return new TextEncoder().encode(subtitles(HEADS[mediaType], subRip(), bytes))
  if (mediaType === 'text/vtt') return new TextEncoder().encode(subtitles(HEADS[mediaType], webVtt(), bytes))
  const file = new Uint8Array(bytes)
  file.set(head)
  if (mediaType === 'video/mp2t') {
    const packet = head.subarray(0, TRANSPORT_PACKET_BYTES)
    for (let offset = 0; offset < bytes; offset += packet.length) file.set(packet.subarray(0, bytes - offset), offset)
  }
  return file
}

function subtitles(head: string, parts: Iterable<string>, bytes: number): string {
  let text = ''
  for (const part of parts) {
    if (text.length + part.length > bytes) break
    text += part
  }
  return (text || head).padEnd(bytes, '\n')
}

function* subRip(): Generator<string> {
  for (let number = 1; ; number++) yield `${number}\n00:00:00,000 --> 00:00:01,000\nHello\n\n`
}

function* webVtt(): Generator<string> {
  yield 'WEBVTT\n\n'
  while (true) yield '00:00.000 --> 00:01.000\nHello\n\n'
}
