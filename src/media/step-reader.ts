import { copyToLarger } from '../lib/buffers.ts'
import { latin1 } from '../lib/bytes.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { isRecord } from '../lib/is-record.ts'
import type { FactsReader, ReadFacts } from './facts-reader.ts'
import { asSaved } from './saved.ts'

/** The most bytes that a step can ask for, and so the most that a reader holds. */
export const MAX_TAKE = 4096

/** Where a file is read next, and by which step. */
export interface NextStep<Step extends string> {
  step: Step
  /** Bytes that the step must see at once: 1 to 4096. */
  take: number
  /**
   * Bytes to pass over first, counted from the end of those that the last step was given. Default 0. A negative number
   * gives the last of those bytes to the next step too.
   */
  skip?: number
  /** Gives the step whatever is at hand behind those bytes too, so that it can read a lot in one go. Default false. */
  ahead?: boolean
}

/** The steps of a format by name. Each returns undefined once no further byte can tell more, and throws on a file that contradicts itself. */
export type Steps<State, Step extends string> = Record<
  Step,
  (bytes: Uint8Array, state: State) => NextStep<Step> | undefined
>

/** A format as steps, each of which reads a few bytes and says where the next ones are. */
export interface StepFormat<State extends object, Step extends string> {
  /** Increase it with every change of the state or the steps: what an older release saved is then not continued. */
  version: number
  /** What the reader remembers of a file before its first byte: JSON, so that another process can go on. */
  start(): State
  first: NextStep<Step>
  steps: Steps<State, Step>
  /**
   * The file has ended in the place of a step. Returns whether it is whole all the same, so that sums are final. Without
   * this, it is not.
   *
   * @param isBetween Whether not a byte of the step has come, and none is missing before it.
   */
  end?(state: State, step: Step, isBetween: boolean): boolean
  /** @param isComplete Whether the steps have come to their end, or the file to one that is whole. */
  facts(state: State, isComplete: boolean): ReadFacts
}

interface Saved<State, Step extends string> {
  version: number
  state: State
  /** Its `skip` is what is left to pass over. */
  next?: NextStep<Step> | undefined
  /** Base64. */
  held: string
  isComplete: boolean
}

/** Makes a reader of a format in steps: cuts what it is given to the steps' measure and holds pieces that are too short. */
export function createStepReader<State extends object, Step extends string>(
  format: StepFormat<State, Step>,
  saved?: unknown,
): FactsReader {
  const from = saved === undefined ? startOf(format) : checkSaved(format, saved)
  const { state } = from
  let { next, isComplete } = from
  let toSkip = next?.skip ?? 0
  let held: Uint8Array = decodeBase64(from.held)
  let filled = held.length

  function push(bytes: Uint8Array): void {
    let at = pass(bytes.length)
    while (next !== undefined && at < bytes.length) {
      if (filled > 0 || bytes.length - at < next.take) {
        at += hold(next, bytes, at)
        runHeld()
      } else {
        at += run(next, bytes.subarray(at, next.ahead ? bytes.length : at + next.take))
      }
      if (at > bytes.length) toSkip = at - bytes.length
      else at += pass(bytes.length - at)
    }
  }

  /** Passes over as many of the next bytes as there are to skip. */
  function pass(available: number): number {
    const passed = Math.min(toSkip, available)
    toSkip -= passed
    return passed
  }

  function hold({ take }: NextStep<Step>, bytes: Uint8Array, at: number): number {
    if (held.length < take) held = copyToLarger(held.subarray(0, filled), take)
    const taken = bytes.subarray(at, at + take - filled)
    held.set(taken, filled)
    filled += taken.length
    return taken.length
  }

  function runHeld(): void {
    while (next !== undefined && filled >= next.take) {
      const distance = run(next, held.subarray(0, next.take))
      toSkip = Math.max(0, distance - filled)
      held.copyWithin(0, distance, filled)
      filled = Math.max(0, filled - distance)
    }
  }

  /** Runs a step. Returns how far it is from the first of its bytes to those of the next step. */
  function run({ step, take }: NextStep<Step>, bytes: Uint8Array): number {
    // Nothing follows a step that throws.
    next = undefined
    const following = format.steps[step](bytes, state)
    isComplete = following === undefined
    if (following === undefined) return bytes.length
    const distance = bytes.length + (following.skip ?? 0)
    const isProgress = distance > 0 || (distance === 0 && following.take > take)
    if (!isProgress || following.take > MAX_TAKE) throw new Error(`The step ${step} does not go on.`)
    next = following
    return distance
  }

  return {
    push,
    end() {
      if (next === undefined) return
      isComplete = format.end?.(state, next.step, filled === 0 && toSkip === 0) ?? false
      next = undefined
    },
    facts: () => format.facts(state, isComplete),
    get done() {
      return next === undefined
    },
    get skippable() {
      return next === undefined ? Number.POSITIVE_INFINITY : toSkip
    },
    skip(bytes) {
      if (next === undefined) return
      if (bytes > toSkip) throw new RangeError(`Only ${toSkip} bytes tell nothing; ${bytes} are more.`)
      toSkip -= bytes
    },
    save() {
      const record: Saved<State, Step> = {
        ...{ version: format.version, state, isComplete },
        next: next && { ...next, skip: toSkip },
        held: next ? btoa(latin1(held, 0, filled)) : '',
      }
      return asSaved(record)
    },
  }
}

function startOf<State extends object, Step extends string>({
  version,
  start,
  first,
}: StepFormat<State, Step>): Saved<State, Step> {
  return { version, state: start(), next: first, held: '', isComplete: false }
}

function checkSaved<State extends object, Step extends string>(
  format: StepFormat<State, Step>,
  saved: unknown,
): Saved<State, Step> {
  if (isSavedBy(format, saved)) return saved
  throw new TypeError('This state is not one that a reader of this release has saved.')
}

/** The version vouches for what `save` wrote; the rest guards against what it did not write. */
function isSavedBy<State extends object, Step extends string>(
  { version, steps }: StepFormat<State, Step>,
  saved: unknown,
): saved is Saved<State, Step> {
  return (
    isRecord(saved) &&
    saved['version'] === version &&
    isRecord(saved['state']) &&
    typeof saved['held'] === 'string' &&
    typeof saved['isComplete'] === 'boolean' &&
    (saved['next'] === undefined || isNextStep(steps, saved['next']))
  )
}

function isNextStep(steps: object, next: unknown): boolean {
  return (
    isRecord(next) &&
    typeof next['step'] === 'string' &&
    Object.hasOwn(steps, next['step']) &&
    Number.isSafeInteger(next['take']) &&
    Number.isSafeInteger(next['skip'])
  )
}
