export interface SpeedGroup {
  name: string
  /** NaN leaves a bar out. */
  bars: readonly { by: string; mbPerSec: number }[]
}

const WIDTH = 720
const LEFT = 132
const RIGHT = 48
const TOP = 52
const BAR = 9
const GAP = 10
/** One a contender. They stand out on white and on black. */
const COLORS = ['#8c959f', '#3b82f6', '#10a37f']

/** Speeds as bars, in an SVG of its own that readers of light and of dark pages can read. */
export function plotSpeeds(title: string, groups: readonly SpeedGroup[]): string {
  const bars = groups.flatMap((group) => group.bars)
  const most = Math.max(1, ...bars.map(({ mbPerSec }) => mbPerSec || 0))
  const names = [...new Set(bars.map(({ by }) => by))]
  const groupHeight = names.length * BAR + GAP
  const height = TOP + groups.length * groupHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    '<style>text{fill:#1f2328}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>',
    `<text x="8" y="18" font-size="14">${title}</text>`,
    ...names.flatMap((name, index) => [
      `<rect x="${LEFT + index * 110}" y="29" width="${BAR}" height="${BAR}" fill="${COLORS[index]}"/>`,
      `<text x="${LEFT + index * 110 + 14}" y="38">${name}</text>`,
    ]),
    ...groups.flatMap((group, place) => {
      const top = TOP + place * groupHeight
      return [
        `<text x="${LEFT - 8}" y="${top + (names.length * BAR) / 2 + 4}" text-anchor="end">${group.name}</text>`,
        ...group.bars.flatMap(({ mbPerSec }, index) => {
          if (Number.isNaN(mbPerSec)) return []
          const width = (mbPerSec / most) * (WIDTH - LEFT - RIGHT)
          const y = top + index * BAR
          return [
            `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 1}" fill="${COLORS[index]}"/>`,
            `<text x="${(LEFT + width + 4).toFixed(1)}" y="${y + BAR - 1}" font-size="9">${mbPerSec.toFixed(0)}</text>`,
          ]
        }),
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}
