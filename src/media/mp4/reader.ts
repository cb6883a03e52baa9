import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type StepFormat } from '../step-reader.ts'
import { mp4Facts } from './mp4-facts.ts'
import { type Mp4State, startState } from './state.ts'
import { FIRST_STEP, MP4_STEPS, type Mp4Step } from './walk.ts'

const MP4: StepFormat<Mp4State, Mp4Step> = {
  version: 1,
  start: startState,
  first: FIRST_STEP,
  steps: MP4_STEPS,
  // The last box may be one that reaches to the end of the file.
  end: ({ open }, step) => step === 'header' && open.length === 0,
  facts: mp4Facts,
}

/**
 * Reads MP4 and QuickTime, whole or fragmented, by walking their boxes (ISO/IEC 14496-12). Media data is passed over.
 * Throws on a box that does not fit into the one around it, on more than 16 tracks, and on many more boxes than any file has.
 */
export const createMp4Reader: CreateFactsReader = (saved) => createStepReader(MP4, saved)
