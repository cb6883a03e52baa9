/** Seconds to the millisecond. */
export function roundSecs(seconds: number = 0): number {
  return Math.round(seconds * 1000) / 1000
}

/** Frames per second to three decimals: 30,000 ÷ 1,001 is 29.97. */
export function roundRate(rate: number = 0): number {
  return Math.round(rate * 1000) / 1000
}

/** The numbers that a file can mean: above 0, and finite. The others stay unknown. */
export function positive<Name extends string>(
  numbers: Readonly<Record<Name, number | undefined>>,
): Partial<Record<Name, number>> {
  const known: Partial<Record<Name, number>> = {}
  for (const name in numbers) {
    const number = numbers[name]
    if (number !== undefined && number > 0 && number < Number.POSITIVE_INFINITY) known[name] = number
  }
  return known
}
