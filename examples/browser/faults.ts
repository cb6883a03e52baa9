/** What the developer drawer can make go wrong, while X is emulated. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../../src/emulator/index.ts'
import type { XApiOptions } from '../../src/options.ts'

/** How much longer a call to a slow X takes, milliseconds. */
const SLOW_MS = 1500

/** Faults that happen once, by the name of their button. */
export const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  rate_limit: (['append', 'upload'] as const).map((step) => ({ step, kind: 'error', status: 429, waitSecs: 3 })),
  processing: [{ step: 'finalize', kind: 'processing_failed' }],
}

/** A `fetch` for calls to X whose pace can be changed. */
export interface PacedFetch {
  fetch: NonNullable<XApiOptions['fetch']>
  isSlow: boolean
}

export function createPacedFetch(): PacedFetch {
  const paced: PacedFetch = {
    isSlow: false,
    async fetch(url, init) {
      if (paced.isSlow) await pause(SLOW_MS)
      return await fetch(url, init)
    },
  }
  return paced
}
