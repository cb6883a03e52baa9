/** Seconds to the millisecond, and rates to three decimals: 30,000 ÷ 1,001 is 29.97. */
export function roundToThousandths(number: number = 0): number {
  return Math.round(number * 1000) / 1000
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

/** A width and a height, if both are known. */
export function sizeOf(width: number, height: number): { width?: number; height?: number } {
  return width > 0 && height > 0 ? { width, height } : {}
}
