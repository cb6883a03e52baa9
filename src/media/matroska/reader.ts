import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type StepFormat } from '../step-reader.ts'
import { matroskaFacts } from './matroska-facts.ts'
import { type MatroskaState, startState } from './state.ts'
import { FIRST_STEP, MATROSKA_STEPS, type MatroskaStep } from './walk.ts'

const MATROSKA: StepFormat<MatroskaState, MatroskaStep> = {
  version: 1,
  start: startState,
  first: FIRST_STEP,
  steps: MATROSKA_STEPS,
  end(state, step, isBetween) {
    const isWhole = step === 'elements' && isBetween
    if (isWhole) state.areTracksListed = true
    return isWhole
  },
  facts: matroskaFacts,
}

/**
 * Reads Matroska and WebM, live ones too, by walking their elements (RFC 8794, RFC 9559). Frames are counted by the headers of
 * their blocks and passed over. Throws on more than 16 tracks, and on many more elements than any file has.
 */
export const createMatroskaReader: CreateFactsReader = (saved) => createStepReader(MATROSKA, saved)
