import type { Container } from '../media-facts.ts'
import type { CreateFactsReader } from './facts-reader.ts'
import { createStepReader, type NextStep, type StepFormat } from './step-reader.ts'

/** The beginning of a line, which has the times of a cue if any line has. What follows may be settings of any length. */
const MAX_LINE_BYTES = 96

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * The end of a cue, as WebVTT writes it, with hours or without, and as the tools that write SubRip do, which has no
 * specification. https://www.w3.org/TR/webvtt1/#webvtt-timestamp
 */
const CUE_END = /\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->[ \t]*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?!\d)/

interface State {
  line: string
  endMs: number
}

const NEXT_TEXT: NextStep<'text'> = { step: 'text', take: 1, ahead: true }

const SRT = subtitles('srt')
const VTT = subtitles('vtt')

/** Reads SubRip subtitles: when their last cue ends. */
export const createSrtReader: CreateFactsReader = (saved) => createStepReader(SRT, saved)

/** Reads WebVTT subtitles: when their last cue ends. */
export const createVttReader: CreateFactsReader = (saved) => createStepReader(VTT, saved)

function subtitles(container: Extract<Container, 'srt' | 'vtt'>): StepFormat<State, 'text'> {
  return {
    version: 1,
    start: () => ({ line: '', endMs: 0 }),
    first: NEXT_TEXT,
    steps: {
      text(bytes, state) {
        for (const byte of bytes) {
          if (byte === LINE_FEED || byte === CARRIAGE_RETURN) finishLine(state)
          else if (state.line.length < MAX_LINE_BYTES) state.line += String.fromCharCode(byte)
        }
        return NEXT_TEXT
      },
    },
    end(state) {
      finishLine(state)
      return true
    },
    facts: ({ endMs }, isComplete) => ({ container, ...(isComplete && endMs > 0 && { durationSecs: endMs / 1000 }) }),
  }
}

function finishLine(state: State): void {
  const [, hours = '0', minutes = '', seconds = '', fraction = ''] = CUE_END.exec(state.line) ?? []
  state.line = ''
  if (minutes === '') return
  // Cues need not be in order. `,5` is half a second.
  state.endMs = Math.max(
    state.endMs,
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0')),
  )
}
