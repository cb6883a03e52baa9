/** From the largest to the smallest, in milliseconds. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000],
  ['milliseconds', 1],
]

/** A time as X writes it: `2.minutes+29.seconds+350.milliseconds`. Always in the plural, without the units that are 0. */
export function durationText(secs: number): string {
  let rest = Math.round(secs * 1000)
  const parts: string[] = []
  for (const [name, ms] of UNITS) {
    const count = Math.floor(rest / ms)
    if (count > 0) parts.push(`${count}.${name}`)
    rest -= count * ms
  }
  return parts.join('+')
}
