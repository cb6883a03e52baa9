/** Decides which fault a call gets, if any. */

import type { Step } from './call-log.ts'
import { type Fault, type FaultEffect, type FaultPlan, type RandomFaults, SURVIVABLE_EFFECTS } from './fault-plan.ts'
import { canHappenAtRandom, SIGN_IN_STEPS } from './fault-rules.ts'
import type { Upload } from './uploads.ts'

/** The properties of a call that faults depend on. */
export interface FaultTarget {
  step: Step
  upload: Upload | undefined
  /** Query and body fields; they tell calls apart that have no upload yet. */
  fields: Record<string, unknown>
  segmentIndex: number | undefined
  /** Bytes of media in the call. */
  bytes: number
}

export interface FaultPicker {
  /** The fault of this call. Counts the call, so ask once for each. */
  pick(target: FaultTarget): FaultEffect | undefined
}

/** The faults of a plan, which may be undefined. */
type Faults = { [Kind in keyof FaultPlan]: FaultPlan[Kind] | undefined }

export function createFaultPicker(plan: Faults): FaultPicker {
  const pending = (plan.faults ?? []).map((fault) => ({ fault, left: timesOf(fault) }))
  const random = plan.random === undefined ? undefined : createRandomPicker(plan.random)
  const calls = new Map<Step, number>()

  return {
    pick(target) {
      const callNumber = calls.get(target.step) ?? 0
      calls.set(target.step, callNumber + 1)
      const match = pending.find(({ fault, left }) => left > 0 && matches(fault, target, callNumber))
      if (match === undefined) return random?.pick(target)
      match.left--
      return match.fault
    },
  }
}

function timesOf(fault: Fault): number {
  const times = fault.times ?? (fault.kind === 'too_large' ? 0 : 1)
  return times === 0 ? Infinity : times
}

function matches(fault: Fault, target: FaultTarget, callNumber: number): boolean {
  if (fault.step !== target.step) return false
  if (fault.kind === 'too_large' && target.bytes <= (fault.bytes ?? 0)) return false
  if (fault.at === undefined) return true
  if (target.step === 'append') return isSegmentAt(fault.at, target)
  const first = fault.at === 'first' ? 0 : fault.at
  // No call has the same number again, so `times` counts the calls from `first` on.
  return typeof first === 'number' && callNumber >= first
}

function isSegmentAt(at: NonNullable<Fault['at']>, { segmentIndex, upload, bytes }: FaultTarget): boolean {
  if (segmentIndex === undefined) return false
  if (typeof at === 'number') return segmentIndex === at
  if (at === 'first') return segmentIndex === 0
  // All segments but the last are as large as segment 0.
  const segmentBytes = upload?.segments.get(0)?.length ?? bytes
  const segments = Math.ceil((upload?.totalBytes ?? 0) / segmentBytes)
  return segmentIndex === (at === 'last' ? segments - 1 : Math.floor(segments / 2))
}

function createRandomPicker(options: RandomFaults): FaultPicker {
  const effects = options.effects ?? SURVIVABLE_EFFECTS
  const maxConsecutive = options.maxConsecutive ?? 3
  const histories = new Map<string, { attempts: number; consecutive: number }>()

  function effectFor(step: Step, choice: number): FaultEffect | undefined {
    const allowed = effects.filter((effect) => canHappenAtRandom(effect, step))
    return allowed[Math.floor(choice * allowed.length)]
  }

  return {
    pick({ step, upload, fields, segmentIndex }) {
      if (options.steps === undefined ? SIGN_IN_STEPS.includes(step) : !options.steps.includes(step)) return undefined
      const call = `${step}/${upload?.id ?? JSON.stringify(fields)}/${segmentIndex ?? ''}`
      const history = histories.get(call) ?? { attempts: 0, consecutive: 0 }
      histories.set(call, history)
      history.attempts++
      const [chance, choice] = randomPair(`${options.seed}/${call}/${history.attempts}`)
      const isFaulty = chance < options.rate && history.consecutive < maxConsecutive
      const effect = isFaulty ? effectFor(step, choice) : undefined
      history.consecutive = effect === undefined ? 0 : history.consecutive + 1
      return effect
    },
  }
}

/** Two numbers in [0, 1); the same seed gives the same two. */
function randomPair(seed: string): [number, number] {
  const next = mulberry32(fnv1a(seed))
  return [next(), next()]
}

/** A pseudorandom number generator by Tommy Ettinger, in the public domain. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A 32-bit hash. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
