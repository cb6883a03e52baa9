/** A point of a line: seconds, and MiB. */
export type Point = readonly [seconds: number, mib: number]

export interface Line {
  name: string
  color: string
  points: readonly Point[]
}

const WIDTH = 800
const HEIGHT = 360
const LEFT = 64
const RIGHT = 16
const TOP = 48
const BOTTOM = 40
const TICKS = 5

/** Memory over time, as an SVG of its own: no font, script or style from elsewhere. */
export function plotMemory(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points)
  const maxSeconds = roundUp(Math.max(...points.map(([seconds]) => seconds)))
  const maxMib = roundUp(Math.max(...points.map(([, mib]) => mib)))
  const x = (seconds: number) => (LEFT + (seconds / maxSeconds) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (mib: number) => (HEIGHT - BOTTOM - (mib / maxMib) * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${title}</text>`,
    ...ticks.flatMap((part) => [
      `<path d="M${LEFT} ${y(part * maxMib)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      `<text x="${LEFT - 6}" y="${y(part * maxMib)}" text-anchor="end" dy="4">${Math.round(part * maxMib)}</text>`,
      `<text x="${x(part * maxSeconds)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${Math.round(part * maxSeconds)}</text>`,
    ]),
    `<text x="${LEFT - 6}" y="${TOP - 10}" text-anchor="end">MiB</text>`,
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">seconds</text>`,
    ...lines.flatMap(({ name, color, points: [...own] }, index) => [
      `<polyline fill="none" stroke="${color}" stroke-width="2" points="${own.map(([seconds, mib]) => `${x(seconds)},${y(mib)}`).join(' ')}"/>`,
      `<text x="${LEFT + 12 + index * 160}" y="${TOP - 10}" fill="${color}">${name}</text>`,
    ]),
    '</svg>',
    '',
  ].join('\n')
}

/** To two digits, so that the ticks are round. */
function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 2
  return Math.ceil(value / step) * step
}
