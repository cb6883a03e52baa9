/** What X reports about the processing of a video or GIF, computed from the time since FINALIZE. */

import type { XProcessingInfo } from '../x/schemas.ts'

export type ProcessingError = NonNullable<XProcessingInfo['error']>

export interface ProcessingTimes {
  /** Seconds in `pending` after FINALIZE. Default 1. */
  pendingSecs: number
  /** Seconds in `in_progress` after that, during which `progress_percent` grows from 0 to 99. Default 2. */
  inProgressSecs: number
  /** `check_after_secs` until the state is final. Default 1, as in every answer of X on record. */
  checkAfterSecs: number
}

/** How the processing of one upload differs from the usual. */
export interface ProcessingOverrides {
  /** What it ends in. Default: `succeeded`. */
  ending?: XProcessingInfo
  /** It stays `in_progress` at 99 % for ever, with this error. Seen on the live service. */
  stuck?: ProcessingError
  /** It ends at once: FINALIZE already reports `succeeded`. */
  immediate?: boolean
  /** Another `check_after_secs`, or null to leave it out. */
  checkAfterSecs?: number | null
}

/** X's error for media it cannot use. */
export const INVALID_MEDIA: ProcessingError = { code: 1, name: 'InvalidMedia', message: 'file is invalid' }

/** The usual end of processing that fails. */
export function failedWith(error: ProcessingError): XProcessingInfo {
  return { state: 'failed', progress_percent: 100, error }
}

export function processingInfo(
  elapsedSecs: number,
  times: ProcessingTimes,
  overrides: ProcessingOverrides,
): XProcessingInfo {
  const { ending, stuck, immediate = false } = overrides
  const checkAfter = checkAfterMember(times, overrides)
  if (stuck !== undefined) return { state: 'in_progress', progress_percent: 99, ...checkAfter, error: stuck }
  if (!immediate) {
    if (elapsedSecs < times.pendingSecs) return { state: 'pending', ...checkAfter }
    const share = (elapsedSecs - times.pendingSecs) / times.inProgressSecs
    if (share < 1) return { state: 'in_progress', progress_percent: Math.floor(share * 100), ...checkAfter }
  }
  return ending ?? { state: 'succeeded', progress_percent: 100 }
}

function checkAfterMember(
  { checkAfterSecs: usual }: ProcessingTimes,
  { checkAfterSecs = usual }: ProcessingOverrides,
): { check_after_secs?: number } {
  return checkAfterSecs === null ? {} : { check_after_secs: checkAfterSecs }
}
