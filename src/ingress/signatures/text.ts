import { latin1 } from '../../lib/bytes.ts'
import { type Finding, unsupportedFile, unsupportedImage } from './finding.ts'

/** The control characters of text: tab, line feed, form feed, carriage return, escape. https://mimesniff.spec.whatwg.org/#binary-data-byte */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b])

/** Binary formats fill gaps with this byte, and UTF-8 never contains it. */
const FILLER = 0xff

/** Texts that clients send in place of a file, often by mistake: how they begin, and what to say about them. */
const TEXTS: readonly (readonly [pattern: RegExp, finding: Finding])[] = [
  [
    /^(?:\[object \w+\]|undefined|null|NaN)\s*$/,
    {
      refusal: 'This is the text that a script sends when it turns a file into a string. Send the File or Blob itself.',
    },
  ],
  [
    /^data:[\w.+/;=-]{0,200},/i,
    { refusal: 'This is a data URL. Send the bytes that it stands for: decode it, or pass a Blob.' },
  ],
  [
    /^[A-Za-z0-9+/_\r\n-]{40,}={0,2}\s{0,2}$/,
    { refusal: 'This is base64 text, or looks like it. Send the bytes that it stands for: decode it first.' },
  ],
  [
    /^--[^\r\n]{1,200}\r?\ncontent-/i,
    {
      refusal:
        'This is a multipart/form-data body that lost its Content-Type. Do not set Content-Type yourself: `fetch` adds it with the boundary.',
    },
  ],
  [
    // Subtitles of other formats may begin with `{1}{25}` or `[00:01.00]`.
    /^(?:\{\s*["}]|\[\s*(?:["[{\]]|-?\d[\d.]*\s*,|true|false|null))/,
    { refusal: 'This is JSON. Send the bytes of the file, as the body or in a form, and not base64 in JSON.' },
  ],
  [
    /^\[Script Info\]/i,
    { refusal: 'These are subtitles of SubStation Alpha (ASS or SSA). Convert them to SRT or WebVTT.' },
  ],
  [/^(?:<\?xml[^>]*>)?\s*(?:<!--[^>]*>\s*)*(?:<!doctype svg|<svg\b)/i, unsupportedImage('an SVG image', 'SVG')],
  [/^(?:<\?xml[^>]*>)?\s*<(?:!DOCTYPE )?TS\b/, unsupportedFile('a translation file of Qt')],
  [/^<\?xml\b/, unsupportedFile('an XML document')],
  [
    /^<(?:!doctype html|!--|\w)/i,
    { refusal: 'This is an HTML page, perhaps an error page that was saved as the file. Get the file again.' },
  ],
  [/^%PDF-/, unsupportedFile('a PDF document')],
]

const OTHER_TEXT: Finding = { refusal: 'This is text, and neither SRT nor WebVTT subtitles.' }

/** Text of any kind. It comes after the subtitles that X takes. */
export function recognizeText(head: Uint8Array): Finding | undefined {
  if (head.length === 0 || head.some(isBinary)) return undefined
  const content = latin1(head)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  return TEXTS.find(([pattern]) => pattern.test(content))?.[1] ?? OTHER_TEXT
}

function isBinary(byte: number): boolean {
  return byte === FILLER || (byte < 0x20 && !TEXT_CONTROLS.has(byte))
}
