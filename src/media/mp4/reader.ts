import type { CreateFactsReader } from '../facts-reader.ts'
import { createWalkingReader, type Walk } from '../walking-reader.ts'
import { mp4Facts } from './mp4-facts.ts'
import { type Mp4State, startState } from './state.ts'
import { stepMp4 } from './walk.ts'

const WALK: Walk<Mp4State> = {
  version: 1,
  start: startState,
  step: stepMp4,
  end({ movie, open, leaf }) {
    movie.hasEnded = open.length === 0 && leaf === undefined
  },
  facts: mp4Facts,
}

/**
 * Reads MP4 and QuickTime, whole or fragmented, by walking their boxes (ISO/IEC 14496-12). Media data is passed over.
 * Throws on a box that does not fit into the one around it, on more than 16 tracks, and on many more boxes than any file has.
 */
export const createMp4Reader: CreateFactsReader = (saved) => createWalkingReader(WALK, saved)
