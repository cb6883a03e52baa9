import { uint16 } from '../../lib/bytes.ts'
import type { Times } from './state.ts'

/** Times are counted modulo this: ISO/IEC 13818-1 section 2.4.3.7 */
const WRAP = 2 ** 33

export const TICKS_PER_SEC = 90_000

/** Frames are never this far apart; recordings that were joined are. */
const LONGEST_GAP: number = 60 * TICKS_PER_SEC

/** A frame is shown at most so many frames after those that it precedes in the file: ITU-T H.264 and H.265, annex A. */
const MOST_REORDERED = 16

const HAS_TIME = 0x80

/** Bytes of a unit's header up to the end of its time. */
export const TIMED_BYTES = 14

/** Takes the time at which a unit of video is shown, which its header at `at` may tell: section 2.4.3.6 */
export function takeTime(times: Times, bytes: Uint8Array, at: number): void {
  times.frames += 1
  const flags = bytes[at + 7] ?? 0
  if ((flags & HAS_TIME) === 0) return
  const high = ((bytes[at + 9] ?? 0) >> 1) & 7
  const time = high * 2 ** 30 + (uint16(bytes, at + 10) >> 1) * 2 ** 15 + (uint16(bytes, at + 12) >> 1)
  if (times.stated === undefined) {
    times.now = time
    times.first = time
    times.last = time
  } else {
    follow(times, time - times.stated)
  }
  times.stated = time
}

/** Times may pass the wrap-around in either direction, as frames are not in the order in which they are shown. */
function follow(times: Times, difference: number): void {
  let step = difference
  if (step > WRAP / 2) step -= WRAP
  if (step < -WRAP / 2) step += WRAP
  if (step > LONGEST_GAP || -step > longestStepBack(times)) times.haveJumped = true
  times.now += step
  times.first = Math.min(times.first, times.now)
  times.last = Math.max(times.last, times.now)
}

/** Times that go back further begin anew, as where recordings were joined. The first frames tell nothing of their distance. */
function longestStepBack({ frames, first, last }: Times): number {
  if (frames <= MOST_REORDERED) return LONGEST_GAP
  return Math.min(LONGEST_GAP, (MOST_REORDERED * (last - first)) / (frames - 1))
}
