const MINUTE_SECS = 60
/** Shorter times are written in seconds alone, as X does: 140 s. */
const MINUTES_FROM_SECS = 10 * MINUTE_SECS

/** A number with at most three decimals, as in `1,024.5`. */
export function showNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 })
}

/** A time, as in `140 s`, `20 min` and `20 min 1 s`. */
export function showDuration(secs: number): string {
  const minutes = secs < MINUTES_FROM_SECS ? 0 : Math.floor(secs / MINUTE_SECS)
  const rest = Math.round((secs - minutes * MINUTE_SECS) * 1000) / 1000
  const parts = [minutes > 0 && `${showNumber(minutes)} min`, (rest > 0 || minutes === 0) && `${showNumber(rest)} s`]
  return parts.filter((part) => part !== false).join(' ')
}

/** A bit rate, as in `25 Mbit/s`. */
export function showBitRate(bitsPerSec: number): string {
  return `${showNumber(bitsPerSec / 1_000_000)} Mbit/s`
}
