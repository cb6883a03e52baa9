import type { CreateFactsReader } from '../facts-reader.ts'
import { createWalkingReader, type Walk } from '../walking-reader.ts'
import { readStart } from './packets.ts'
import { startState, type TransportState } from './state.ts'
import { transportFacts } from './transport-facts.ts'
import { stepTransportStream } from './walk.ts'

const WALK: Walk<TransportState> = {
  version: 1,
  start: startState,
  step: stepTransportStream,
  end(state) {
    for (const { pid, bytes } of state.parts) readStart(state, pid, Uint8Array.from(bytes))
    state.hasEnded = true
  },
  facts: transportFacts,
}

/**
 * Reads MPEG transport streams (ISO/IEC 13818-1) of packets of 188, 192 or 204 bytes: the first program, its first video and its
 * first sound. Looks for the next packet where bytes are lost.
 */
export const createTransportStreamReader: CreateFactsReader = (saved) => createWalkingReader(WALK, saved)
