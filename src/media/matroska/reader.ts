import type { CreateFactsReader } from '../facts-reader.ts'
import { createWalkingReader, type Walk } from '../walking-reader.ts'
import { matroskaFacts } from './matroska-facts.ts'
import { type MatroskaState, startState } from './state.ts'
import { stepMatroska } from './walk.ts'

const WALK: Walk<MatroskaState> = {
  version: 1,
  start: startState,
  step: stepMatroska,
  end(state) {
    state.areTracksListed = true
    state.hasEnded = state.element === undefined
  },
  facts: matroskaFacts,
}

/**
 * Reads Matroska and WebM, live ones too, by walking their elements (RFC 8794, RFC 9559). Frames are counted by the headers of
 * their blocks and passed over. Throws on more than 16 tracks, and on many more elements than any file has.
 */
export const createMatroskaReader: CreateFactsReader = (saved) => createWalkingReader(WALK, saved)
