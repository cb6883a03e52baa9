import { latin1 } from '../../lib/bytes.ts'
import type { Finding } from './finding.ts'

/** The number and the times of the first cue must show within this many characters, blanks included. */
const CUE_CHARACTERS = 200

/** https://www.w3.org/TR/webvtt1/#file-structure, section 4.1 */
const WEBVTT = /^WEBVTT(?:[ \t\r\n]|$)/

/**
 * The number and the times of a cue. SubRip has no specification; tools leave the number out, write times with fewer or
 * more digits and a full stop, and end lines with `CR CR LF` when they convert line breaks twice. https://www.loc.gov/preservation/digital/formats/fdd/fdd000569.shtml
 */
const SUBRIP_CUE = /^(?:\d{1,9}[ \t]*(?:\r{0,2}\n|\r)[ \t]*)?\d{1,4}:\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->/

/** Blanks, the NULs of UTF-16, and the bytes of marks: subtitles may have these before a digit or `WEBVTT`. */
const BEFORE_TEXT: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff])
const START_OF_TEXT: ReadonlySet<number> = new Set(new TextEncoder().encode('0123456789W'))

/** Subtitles as tools write them. X reads UTF-8 only, so those in UTF-16 are refused. */
export function recognizeSubtitles(head: Uint8Array): Finding | undefined {
  // Most files are videos and images: do not make text of them.
  if (!START_OF_TEXT.has(head.find((byte) => !BEFORE_TEXT.has(byte)) ?? 0)) return undefined
  const mediaType = subtitlesType(latin1(head))
  if (mediaType) return { mediaType }
  const text = readUtf16(head)
  return text !== undefined && subtitlesType(text) ? UTF_16 : undefined
}

const UTF_16: Finding = { refusal: 'These are subtitles in UTF-16. Save the file as UTF-8.' }

const UTF_8_MARK = '\xef\xbb\xbf'

function subtitlesType(text: string): 'text/srt' | 'text/vtt' | undefined {
  const content = text.startsWith(UTF_8_MARK) ? text.slice(UTF_8_MARK.length) : text
  if (WEBVTT.test(content)) return 'text/vtt'
  const start = content.search(/[^ \t\r\n]/)
  return start >= 0 && SUBRIP_CUE.test(content.slice(start, start + CUE_CHARACTERS)) ? 'text/srt' : undefined
}

/** In UTF-16 of either byte order, with or without a mark, every other byte of an ASCII character is NUL. */
function readUtf16(head: Uint8Array): string | undefined {
  if (!head.includes(0)) return undefined
  return latin1(head.filter((byte) => byte !== 0)).replace(/^(?:\xff\xfe|\xfe\xff)/, '')
}
