import { plotSpeeds } from './plot-speeds.ts'
import { numberIn, readResults, type SavedResults } from './saved-results.ts'

const TARGETS = [
  ['workers', 'workerd'],
  ['node', 'Node'],
  ['bun', 'Bun'],
  ['deno', 'Deno'],
] as const

type Target = (typeof TARGETS)[number][0]

const ONE = 'raw, 1 × 384 MiB'
const SIXTEEN = 'raw, 16 × 32 MiB'
const LARGEST = 'raw, 16 × 64 MiB'
const FORM = 'multipart, 1 × 384 MiB'
const CONTENDERS = ['passthrough', 'floor', 'ours'] as const

/** Stands for what was not measured; a line that has it is left out. */
const UNKNOWN = '–'

/** The picture beside RESULTS.md. */
export const PICTURE = 'speeds.svg'

/** What a person reads first: a picture, and ten lines. */
export interface Summary {
  lines: readonly string[]
  svg: string
}

/** Sums up what is kept in bench/results. */
export async function summarize(): Promise<Summary> {
  const [throughput, growth, small] = await Promise.all(['throughput', 'growth', 'small'].map(readResults))

  const uploads = (target: Target, upload: string, by: string, column: string) =>
    numberIn(throughput, `Uploads on ${target}`, [upload, by], column)
  const each = (text: (target: Target) => string) =>
    TARGETS.map(([target, name]) => `${name} ${text(target)}`).join(', ')
  const speed = (upload: string) =>
    each((target) => {
      const toFloor = fixed(uploads(target, upload, 'floor', 'speed, ours ÷'), 2)
      return `${fixed(uploads(target, upload, 'ours', 'MB/s'))} (${toFloor})`
    })
  const cpu = (upload: string) =>
    each((target) => {
      const toFloor = fixed(uploads(target, upload, 'floor', 'CPU, ours ÷'), 2)
      return `${fixed(uploads(target, upload, 'ours', 'CPU s/GB'), 2)} (${toFloor})`
    })
  const toRaw = (target: Target) =>
    fixed(uploads(target, FORM, 'ours', 'MB/s') / uploads(target, ONE, 'ours', 'MB/s'), 2)
  const ours = (upload: string, column: string) => each((target) => fixed(uploads(target, upload, 'ours', column)))
  const ofSmall = (target: Target) => {
    const [mine, floor, parsed] = (['ours', 'floor', 'parseBody'] as const).map((by) =>
      numberIn(small, `Small uploads on ${target}`, [by], 'CPU ms each'),
    )
    return `${fixed(mine, 1)} (${fixed(floor, 1)}, ${fixed(parsed, 1)})`
  }

  return {
    lines: [
      `One upload of 384 MiB, MB/s and in brackets its ratio to the floor: ${speed(ONE)}.`,
      `The same in CPU seconds per GB: ${cpu(ONE)}.`,
      `Sixteen uploads of 32 MiB at once, MB/s: ${speed(SIXTEEN)}.`,
      `The same in CPU seconds per GB: ${cpu(SIXTEEN)}.`,
      `To send segments at all costs this much of the passthrough's speed, one upload: ${each((target) => fixed(uploads(target, ONE, 'floor', 'speed ÷ pass.'), 2))}.`,
      `A form of 384 MiB, its speed to that of a raw body: ${each(toRaw)}.`,
      `APPENDs per GiB with sixteen uploads, of which 256 is the least: ${ours(SIXTEEN, 'APPENDs/GiB')}.`,
      `Peak memory at 16 × 64 MiB, in MiB: ${ours(LARGEST, 'peak MiB')}; page faults per GB: ${ours(LARGEST, 'page faults/GB')}.`,
      `From 64 MiB to 1 GiB, one upload's peak memory grows by this many MiB: ${each((target) => fixed(growthOf(growth, target)))}.`,
      `An upload of 200 kB, CPU in ms, in brackets the floor's and that of twitter-api-v2 behind Hono's parseBody: ${each(ofSmall)}.`,
    ].filter((line) => !line.includes(UNKNOWN)),
    svg: plotSpeeds(
      'MB/s through the server: one upload of 384 MiB, and sixteen of 32 MiB at once',
      TARGETS.flatMap(([target, name]) =>
        [ONE, SIXTEEN].map((upload) => ({
          name: `${name}, ${upload.replace('raw, ', '').replace(' MiB', '')}`,
          bars: CONTENDERS.map((by) => ({ by, mbPerSec: uploads(target, upload, by, 'MB/s') })),
        })),
      ),
    ),
  }
}

function growthOf(growth: SavedResults | undefined, target: Target): number {
  return numberIn(growth, 'From 64 MiB to 1024 MiB', [target], 'growth')
}

function fixed(value: number | undefined, digits = 0): string {
  return value === undefined || Number.isNaN(value) ? UNKNOWN : value.toFixed(digits)
}
