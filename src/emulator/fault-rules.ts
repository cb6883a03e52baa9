/** Which faults can happen: at which steps, and with which members. */

import { STEPS, type Step } from './call-log.ts'
import { ERROR_BODIES, type Fault, type FaultEffect, type FaultKind, SUCCESS_BODIES } from './fault-plan.ts'

interface KindRule {
  steps: readonly Step[]
  /** The members it can have, besides `kind`. */
  members: readonly (keyof FaultEffect)[]
  statuses?: readonly [min: number, max: number]
  bodies?: readonly NonNullable<FaultEffect['body']>[]
}

/** The steps of an upload that exists already. */
const UPLOAD_STEPS: readonly Step[] = ['append', 'finalize', 'status', 'metadata', 'subtitles']
/** The steps of signing in, which random faults leave alone unless the plan names them. */
export const SIGN_IN_STEPS: readonly Step[] = ['token', 'revoke', 'me']
const PROCESSING_STEPS: readonly Step[] = ['finalize', 'status']

const RULES: Readonly<Record<FaultKind, KindRule>> = {
  error: {
    steps: STEPS,
    members: ['when', 'status', 'body', 'limit', 'waitSecs'],
    statuses: [400, 599],
    bodies: ERROR_BODIES,
  },
  success: { steps: STEPS, members: ['status', 'body'], statuses: [200, 299], bodies: SUCCESS_BODIES },
  too_large: { steps: ['append'], members: ['status', 'bytes'], statuses: [400, 599] },
  reset: { steps: STEPS, members: ['when'] },
  hang: { steps: STEPS, members: ['when'] },
  redirect: { steps: STEPS, members: ['when', 'location'] },
  token_expired: { steps: STEPS.filter((step) => step !== 'token' && step !== 'revoke'), members: [] },
  session_expired: { steps: UPLOAD_STEPS, members: [] },
  processing_failed: { steps: PROCESSING_STEPS, members: ['error'] },
  processing_stuck: { steps: PROCESSING_STEPS, members: ['error'] },
  processing_done: { steps: PROCESSING_STEPS, members: [] },
  check_after: { steps: PROCESSING_STEPS, members: ['checkAfterSecs'] },
}

/** The steps whose answers describe a media, and the bodies that are made from that description. */
const MEDIA_STEPS: readonly Step[] = ['initialize', 'finalize', 'status', 'upload']
const MEDIA_BODIES: readonly FaultEffect['body'][] = ['unwrapped', 'v1', 'numeric_id', 'other_id']

/** The steps at which an effect can happen. */
function stepsOf({ kind, body }: FaultEffect): readonly Step[] {
  return kind === 'success' && MEDIA_BODIES.includes(body) ? MEDIA_STEPS : RULES[kind].steps
}

/** A member that is wrong, and a sentence about it that begins with its path. The message is the rest of it. */
export interface FaultMistake {
  member: string
  message: string
}

export function mistakesInEffect(effect: FaultEffect, otherMembers: readonly string[] = []): FaultMistake[] {
  const { kind, status, body } = effect
  const { members, statuses, bodies } = RULES[kind]
  const allowed = ['kind', ...otherMembers, ...members]
  const mistakes = Object.keys(effect)
    .filter((member) => !allowed.includes(member))
    .map((member) => ({
      member,
      message: `is not a member of a fault of kind "${kind}"; it can have ${oneOf(allowed)}`,
    }))
  if (status !== undefined && statuses !== undefined && (status < statuses[0] || status > statuses[1])) {
    const message = `must be from ${statuses[0]} to ${statuses[1]} in a fault of kind "${kind}", not ${status}`
    mistakes.push({ member: 'status', message })
  }
  if (body !== undefined && bodies !== undefined && !bodies.includes(body)) {
    mistakes.push({ member: 'body', message: `must be ${oneOf(bodies)} in a fault of kind "${kind}", not "${body}"` })
  }
  for (const member of ['limit', 'waitSecs'] as const) {
    if (kind !== 'error' || effect[member] === undefined || status === 429) continue
    mistakes.push({ member, message: 'needs the status 429' })
  }
  return mistakes
}

export function mistakesInFault(fault: Fault): FaultMistake[] {
  const { step, kind, body, at } = fault
  const mistakes = mistakesInEffect(fault, ['step', 'at', 'times'])
  const steps = stepsOf(fault)
  if (!steps.includes(step)) {
    const what = RULES[kind].steps.includes(step) ? `with the body "${body}"` : `of kind "${kind}"`
    mistakes.push({ member: 'step', message: `must be ${oneOf(steps)} in a fault ${what}, not "${step}"` })
  }
  if ((at === 'middle' || at === 'last') && step !== 'append') {
    const message = `must be a whole number or "first" at the step "${step}", not "${at}", which is the place of a segment`
    mistakes.push({ member: 'at', message })
  }
  return mistakes
}

/** Steps that a client can safely repeat after they took effect. */
const MAY_FAIL_AFTER: readonly Step[] = ['append', 'status']

/** Whether a random fault can have this effect at a step. */
export function canHappenAtRandom(effect: FaultEffect, step: Step): boolean {
  return stepsOf(effect).includes(step) && (effect.when !== 'after' || MAY_FAIL_AFTER.includes(step))
}

function oneOf(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(' or ')
}
