import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type StepFormat } from '../step-reader.ts'
import { readStart } from './packets.ts'
import { startState, type TransportState } from './state.ts'
import { transportFacts } from './transport-facts.ts'
import { FIRST_STEP, TRANSPORT_STEPS, type TransportStep } from './walk.ts'

const TRANSPORT_STREAM: StepFormat<TransportState, TransportStep> = {
  version: 1,
  start: startState,
  first: FIRST_STEP,
  steps: TRANSPORT_STEPS,
  end(state) {
    for (const { pid, bytes } of state.parts) readStart(state, pid, Uint8Array.from(bytes))
    return true
  },
  facts: transportFacts,
}

/**
 * Reads MPEG transport streams (ISO/IEC 13818-1) of packets of 188, 192 or 204 bytes: the first program, its first video and its
 * first sound. Looks for the next packet where bytes are lost.
 */
export const createTransportStreamReader: CreateFactsReader = (saved) => createStepReader(TRANSPORT_STREAM, saved)
