import type { Times } from './state.ts'

/** Times are counted modulo this: ISO/IEC 13818-1 section 2.4.3.7 */
const WRAP = 2 ** 33

export const TICKS_PER_SEC = 90_000

/** Frames are never this far apart; recordings that were joined are. */
const LONGEST_GAP: number = 60 * TICKS_PER_SEC

const HAS_TIME = 0x80

/** Takes the time at which a unit of video is shown, which its header may tell: section 2.4.3.6 */
export function takeTime(times: Times, unit: Uint8Array): void {
  if (unit.length < 14) return
  times.frames += 1
  const flags = unit[7] ?? 0
  if ((flags & HAS_TIME) === 0) return
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = unit.subarray(9, 14)
  const time = ((a >> 1) & 7) * 2 ** 30 + (b << 22) + ((c >> 1) << 15) + (d << 7) + (e >> 1)
  if (times.frames === 1) {
    times.now = time
    times.first = time
    times.last = time
  } else {
    follow(times, time)
  }
}

function follow(times: Times, time: number): void {
  const step = remainder(time - times.now + WRAP / 2) - WRAP / 2
  if (Math.abs(step) > LONGEST_GAP) times.haveJumped = true
  times.now += step
  times.first = Math.min(times.first, times.now)
  times.last = Math.max(times.last, times.now)
}

function remainder(time: number): number {
  return ((time % WRAP) + WRAP) % WRAP
}
