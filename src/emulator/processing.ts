/** What X says about the processing of a video or GIF: a pure function of the time since FINALIZE. */

import type { XProcessingInfo } from '../x/schemas.ts'

export interface ProcessingTimes {
  /** Seconds in `pending` after FINALIZE. Default 1. */
  pendingSecs: number
  /** Seconds in `in_progress` after that; `progress_percent` grows with them. Default 2. */
  inProgressSecs: number
  /** `check_after_secs` while the state is not final. Default 1, as in every answer of X that is on record. */
  checkAfterSecs: number
}

/** How the processing of one upload departs from the usual. */
export interface ProcessingTwist {
  /** Ends in `failed` with this error. */
  failure?: NonNullable<XProcessingInfo['error']>
  /** Stays at `in_progress`, 99 %, with this error for ever. Seen on the live service. */
  stuck?: NonNullable<XProcessingInfo['error']>
  /** Is over at once: FINALIZE already says `succeeded`. */
  immediate?: boolean
  /** Another `check_after_secs`; null leaves it out. */
  checkAfterSecs?: number | null
}

/** The error X names for media it cannot use. */
export const INVALID_MEDIA: NonNullable<XProcessingInfo['error']> = {
  code: 1,
  name: 'InvalidMedia',
  message: 'file is invalid',
}

export function processingInfo(elapsedSecs: number, times: ProcessingTimes, twist: ProcessingTwist): XProcessingInfo {
  if (twist.stuck !== undefined) {
    return { state: 'in_progress', progress_percent: 99, ...checkAfter(times, twist), error: twist.stuck }
  }
  if (twist.immediate !== true) {
    if (elapsedSecs < times.pendingSecs) return { state: 'pending', ...checkAfter(times, twist) }
    const share = (elapsedSecs - times.pendingSecs) / times.inProgressSecs
    if (share < 1) {
      return { state: 'in_progress', progress_percent: Math.floor(share * 100), ...checkAfter(times, twist) }
    }
  }
  if (twist.failure !== undefined) return { state: 'failed', progress_percent: 100, error: twist.failure }
  return { state: 'succeeded', progress_percent: 100 }
}

function checkAfter(times: ProcessingTimes, twist: ProcessingTwist): { check_after_secs?: number } {
  const secs = twist.checkAfterSecs === undefined ? times.checkAfterSecs : twist.checkAfterSecs
  return secs === null ? {} : { check_after_secs: secs }
}
