/** Which fault, if any, a call gets. */

import type { Step } from './call-log.ts'
import { type Fault, type FaultEffect, type FaultPlan, type RandomFaults, SURVIVABLE_EFFECTS } from './faults.ts'
import { draw } from './random.ts'
import type { Upload } from './uploads.ts'

/** A call as faults see it. */
export interface FaultTarget {
  step: Step
  upload: Upload | undefined
  /** What tells calls apart that belong to no upload yet. */
  fields: Record<string, unknown>
  segmentIndex: number | undefined
  /** Bytes of media in the call. */
  bytes: number
}

export interface FaultSource {
  next(target: FaultTarget): FaultEffect | undefined
}

export function createFaultSource(plan: FaultPlan): FaultSource {
  const pending = (plan.faults ?? []).map((fault) => ({ fault, left: timesOf(fault) }))
  const random = plan.random === undefined ? undefined : createRandomFaults(plan.random)
  const calls = new Map<Step, number>()

  return {
    next(target) {
      const call = calls.get(target.step) ?? 0
      calls.set(target.step, call + 1)
      const match = pending.find(({ fault, left }) => left > 0 && matches(fault, target, call))
      if (match === undefined) return random?.next(target)
      match.left--
      return match.fault
    },
  }
}

function timesOf(fault: Fault): number {
  const times = fault.times ?? (fault.kind === 'too_large' ? 0 : 1)
  return times === 0 ? Infinity : times
}

function matches(fault: Fault, target: FaultTarget, call: number): boolean {
  if (fault.step !== target.step) return false
  if (fault.kind === 'too_large' && target.bytes <= (fault.bytes ?? 0)) return false
  if (fault.at === undefined) return true
  if (target.step === 'append') return isAt(fault.at, target)
  const first = fault.at === 'first' ? 0 : fault.at
  // A call's number comes once, so here `times` counts the calls from that one on.
  return typeof first === 'number' && call >= first
}

/** The place of a segment follows from the size of segment 0: all but the last have it. */
function isAt(at: NonNullable<Fault['at']>, { segmentIndex, upload, bytes }: FaultTarget): boolean {
  if (segmentIndex === undefined) return false
  if (typeof at === 'number') return segmentIndex === at
  if (at === 'first') return segmentIndex === 0
  const segmentBytes = upload?.segments.get(0)?.length ?? bytes
  const segments = Math.ceil((upload?.totalBytes ?? 0) / segmentBytes)
  return segmentIndex === (at === 'last' ? segments - 1 : Math.floor(segments / 2))
}

const MAY_FAIL_AFTER: readonly Step[] = ['append', 'status']

function createRandomFaults(options: RandomFaults): FaultSource {
  const effects = options.effects ?? SURVIVABLE_EFFECTS
  const maxConsecutive = options.maxConsecutive ?? 3
  const histories = new Map<string, { tries: number; inARow: number }>()

  function pick(step: Step, lot: number): FaultEffect | undefined {
    const allowed = effects.filter((effect) => effect.when !== 'after' || MAY_FAIL_AFTER.includes(step))
    return allowed[Math.floor(lot * allowed.length)]
  }

  return {
    next({ step, upload, fields, segmentIndex }) {
      if (options.steps === undefined ? step === 'token' : !options.steps.includes(step)) return undefined
      const call = `${step}/${upload?.id ?? JSON.stringify(fields)}/${segmentIndex ?? ''}`
      const history = histories.get(call) ?? { tries: 0, inARow: 0 }
      histories.set(call, history)
      history.tries++
      const [isFaulty, lot] = draw(`${options.seed}/${call}/${history.tries}`)
      const effect = isFaulty < options.rate && history.inARow < maxConsecutive ? pick(step, lot) : undefined
      history.inARow = effect === undefined ? 0 : history.inARow + 1
      return effect
    },
  }
}
