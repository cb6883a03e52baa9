import * as z from 'zod/mini'
import type { FactsReader, ReadFacts } from './facts-reader.ts'

/** The most bytes that a step can ask for: the header of anything in an image, or an entry of a list. */
const MAX_STEP_BYTES = 64

/** Where a file is read next: `skip` bytes tell nothing, and the `take` bytes after them go to `step`. */
export interface NextStep<Step extends string> {
  step: Step
  /** 1 to 64. */
  take: number
  skip?: number
}

/** What a reader remembers of a file. Numbers only, so that it can be saved. */
export type Fields<Field extends string> = Record<Field, number>

/** A format as steps, each of which reads a few bytes and says where the next one is. */
export interface StepFormat<Field extends string, Step extends string> {
  /** How the fields begin. */
  fields: Readonly<Fields<Field>>
  first: NextStep<Step>
  /** Each returns undefined once no further byte can tell more, and throws on a file that contradicts itself. */
  steps: Record<Step, (bytes: DataView, fields: Fields<Field>) => NextStep<Step> | undefined>
  /** The step in place of which a file may end. */
  mayEndBefore?: Step
  /** @param isComplete Whether the steps have come to their end, so that sums are final. */
  facts(fields: Readonly<Fields<Field>>, isComplete: boolean): ReadFacts
}

const whole = z.int().check(z.minimum(0))
const savedState = z.object({
  fields: z.record(z.string(), z.number()),
  next: z.optional(
    z.object({ step: z.string(), take: z.int().check(z.minimum(1), z.maximum(MAX_STEP_BYTES)), skip: whole }),
  ),
  taken: z.array(whole).check(z.maxLength(MAX_STEP_BYTES)),
  isComplete: z.boolean(),
})

/** Reads a format that is described in steps. Holds 64 bytes of the file. */
export function createStepReader<Field extends string, Step extends string>(
  format: StepFormat<Field, Step>,
  saved?: unknown,
): FactsReader {
  const { steps, mayEndBefore } = format
  const fields: Fields<Field> = { ...format.fields }
  const taken = new Uint8Array(MAX_STEP_BYTES)
  const view = new DataView(taken.buffer)
  let takenBytes = 0
  let skipBytes = 0
  let isComplete = false
  let next: NextStep<Step> | undefined
  if (saved === undefined) goTo(format.first)
  else restore(saved)

  function goTo(step: NextStep<Step>): void {
    next = step
    takenBytes = 0
    skipBytes = step.skip ?? 0
  }

  function restore(state: unknown): void {
    const read = z.parse(savedState, state)
    for (const field in fields) fields[field] = read.fields[field] ?? fields[field]
    isComplete = read.isComplete
    if (read.next === undefined) return
    const { step, take, skip } = read.next
    if (!isStep(step)) throw new Error(`There is no step ${step}`)
    goTo({ step, take, skip })
    taken.set(read.taken)
    takenBytes = read.taken.length
  }

  function isStep(name: string): name is Step {
    return Object.hasOwn(steps, name)
  }

  function run({ step }: NextStep<Step>): void {
    // Nothing follows a step that throws.
    next = undefined
    const following = steps[step](view, fields)
    if (following === undefined) isComplete = true
    else goTo(following)
  }

  return {
    get done() {
      return next === undefined
    },
    get skippable() {
      return next === undefined ? Number.POSITIVE_INFINITY : skipBytes
    },
    push(bytes) {
      let offset = 0
      while (next !== undefined) {
        const skipped = Math.min(skipBytes, bytes.length - offset)
        skipBytes -= skipped
        offset += skipped
        // Steps take a few bytes: a loop copies them faster than `set`.
        for (; takenBytes < next.take && offset < bytes.length; offset++) taken[takenBytes++] = bytes[offset] ?? 0
        if (takenBytes < next.take) return
        run(next)
      }
    },
    skip(bytes) {
      if (next === undefined) return
      if (bytes > skipBytes) throw new RangeError(`Only ${skipBytes} bytes can be skipped, not ${bytes}`)
      skipBytes -= bytes
    },
    end() {
      if (next === undefined) return
      isComplete = next.step === mayEndBefore && takenBytes === 0 && skipBytes === 0
      next = undefined
    },
    facts: () => format.facts(fields, isComplete),
    save: () => ({
      fields: { ...fields },
      next: next && { step: next.step, take: next.take, skip: skipBytes },
      taken: [...taken.subarray(0, takenBytes)],
      isComplete,
    }),
  }
}

/** A width and a height, if both are known. */
export function sizeOf(width: number, height: number): { width?: number; height?: number } {
  return width > 0 && height > 0 ? { width, height } : {}
}

/** Four bytes as characters. */
export function fourCharacters(bytes: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((at) => bytes.getUint8(offset + at)))
}
