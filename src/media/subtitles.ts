import * as z from 'zod/mini'
import type { Container } from '../media-facts.ts'
import type { CreateFactsReader, FactsReader } from './facts-reader.ts'

/** The beginning of a line, which has the times of a cue if any line has. What follows may be settings of any length. */
const MAX_LINE_BYTES = 96

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * The end of a cue, as WebVTT writes it, with hours or without, and as the tools that write SubRip do, which has no
 * specification. https://www.w3.org/TR/webvtt1/#webvtt-timestamp
 */
const CUE_END = /\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->[ \t]*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?!\d)/

const savedState = z.object({
  line: z.string().check(z.maxLength(MAX_LINE_BYTES)),
  endMs: z.number(),
  isEnded: z.boolean(),
})

/** Reads SubRip subtitles: when their last cue ends. */
export const createSrtReader: CreateFactsReader = (saved) => createSubtitlesReader('srt', saved)

/** Reads WebVTT subtitles: when their last cue ends. */
export const createVttReader: CreateFactsReader = (saved) => createSubtitlesReader('vtt', saved)

function createSubtitlesReader(container: Extract<Container, 'srt' | 'vtt'>, saved: unknown): FactsReader {
  let { line, endMs, isEnded } =
    saved === undefined ? { line: '', endMs: 0, isEnded: false } : z.parse(savedState, saved)

  function finishLine(): void {
    const [, hours = '0', minutes = '', seconds = '', fraction = ''] = CUE_END.exec(line) ?? []
    line = ''
    if (minutes === '') return
    // Cues need not be in order. `,5` is half a second.
    endMs = Math.max(
      endMs,
      ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0')),
    )
  }

  return {
    get done() {
      return isEnded
    },
    skippable: 0,
    skip() {},
    push(bytes) {
      for (const byte of bytes) {
        if (byte === LINE_FEED || byte === CARRIAGE_RETURN) finishLine()
        else if (line.length < MAX_LINE_BYTES) line += String.fromCharCode(byte)
      }
    },
    end() {
      finishLine()
      isEnded = true
    },
    facts: () => ({ container, ...(isEnded && endMs > 0 && { durationSecs: endMs / 1000 }) }),
    save: () => ({ line, endMs, isEnded }),
  }
}
