/** The ranges of X's numbers. X may send any number: each is brought into its range where it is read. */

import { MAX_TOTAL_BYTES } from './limits.ts'

export type Range = readonly [min: number, max: number]

/** Seconds to leave X alone, up to 15 minutes: the window of most of X's rate limits. */
export const PAUSE_SECS: Range = [0, 900]

/** Seconds until a rate limit resets, up to 24 hours: the longest window of X's rate limits. */
export const RESET_SECS: Range = [0, 86_400]

/** Seconds until a media or a token expires, up to 30 days. X's longest are 15 days, of an `amplify_video`. */
export const EXPIRY_SECS: Range = [0, 2_592_000]

export const PERCENT: Range = [0, 100]
export const FILE_BYTES: Range = [0, MAX_TOTAL_BYTES]
export const PIXELS: Range = [0, 1_000_000]

/** How many calls a rate limit allows. */
export const CALLS: Range = [0, 1_000_000_000]

/** The status of a problem. */
export const STATUS: Range = [100, 599]

/** The code of an error of X's. Theirs have up to three digits, and ids of accounts have more than five. */
export const ERROR_CODE: Range = [0, 99_999]

/** Brings a number into a range, as a whole number. */
export function clamp(value: number, [min, max]: Range): number {
  return Math.min(max, Math.max(min, Math.floor(value)))
}

/** The same for a value of X's that should be a number; undefined when it is none. */
export function readNumber(value: unknown, range: Range): number | undefined {
  return typeof value === 'number' && !Number.isNaN(value) ? clamp(value, range) : undefined
}
