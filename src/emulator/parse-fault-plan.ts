/** Checks a fault plan. A misspelt fault would never happen, and look as if the client survived it. */

import * as z from 'zod/mini'
import { parseOptions } from '../lib/parse-options.ts'
import { STEPS } from './call-log.ts'
import { FAULT_KINDS, type Fault, type FaultEffect, type FaultPlan, LIMITS, type RandomFaults } from './fault-plan.ts'
import { canHappenAtRandom, type FaultMistake, mistakesInEffect, mistakesInFault } from './fault-rules.ts'

const wholeNumber = z.int().check(z.minimum(0))

/** `fault-rules.ts` checks which members, statuses and bodies each kind can have. */
const effectShape = {
  kind: z.enum(FAULT_KINDS),
  when: z.exactOptional(z.enum(['before', 'after'])),
  status: z.exactOptional(z.int()),
  body: z.exactOptional(z.custom<NonNullable<FaultEffect['body']>>(isText, 'must be a string')),
  limit: z.exactOptional(z.enum(LIMITS)),
  waitSecs: z.exactOptional(z.number().check(z.minimum(0))),
  bytes: z.exactOptional(wholeNumber),
  error: z.exactOptional(
    z.strictObject({
      code: z.exactOptional(z.int()),
      name: z.exactOptional(z.string()),
      message: z.exactOptional(z.string()),
    }),
  ),
  location: z.exactOptional(z.string()),
  checkAfterSecs: z.exactOptional(z.nullable(z.int())),
}

const effectSchema: z.ZodMiniType<FaultEffect> = z
  .looseObject(effectShape)
  .check(withoutMistakes((effect) => mistakesInEffect(effect)))

const faultSchema: z.ZodMiniType<Fault> = z
  .looseObject({
    ...effectShape,
    step: z.enum(STEPS),
    at: z.exactOptional(
      z.custom<NonNullable<Fault['at']>>(isPlace, "must be a whole number or 'first' or 'middle' or 'last'"),
    ),
    times: z.exactOptional(wholeNumber),
  })
  .check(withoutMistakes(mistakesInFault))

export const randomSchema: z.ZodMiniType<RandomFaults> = z
  .strictObject({
    seed: z.int(),
    rate: z.number().check(z.minimum(0), z.maximum(1)),
    effects: z.exactOptional(z.array(effectSchema)),
    steps: z.exactOptional(z.array(z.enum(STEPS))),
    maxConsecutive: z.exactOptional(wholeNumber),
  })
  .check(({ value: { effects = [], steps = STEPS }, issues }) => {
    for (const [index, effect] of effects.entries()) {
      if (steps.some((step) => canHappenAtRandom(effect, step))) continue
      const message = 'can happen at none of the steps of random.steps'
      issues.push({ code: 'custom', path: ['effects', index], message, input: effect })
    }
  })

export const faultsSchema: z.ZodMiniType<Fault[]> = z.array(faultSchema)

const planSchema: z.ZodMiniType<FaultPlan> = z.strictObject({
  faults: z.exactOptional(faultsSchema),
  random: z.exactOptional(randomSchema),
})

/** The plan, if all its faults can happen. Otherwise throws a `TypeError` that names each one, its member, and what that can be. */
export function parseFaultPlan(plan: unknown): FaultPlan {
  return parseOptions(planSchema, plan)
}

function withoutMistakes<T>(mistakesIn: (value: T) => FaultMistake[]): (payload: z.core.ParsePayload<T>) => void {
  return ({ value, issues }) => {
    for (const { member, message } of mistakesIn(value)) {
      issues.push({ code: 'custom', path: [member], message, input: value })
    }
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isPlace(value: unknown): boolean {
  return wholeNumber.safeParse(value).success || value === 'first' || value === 'middle' || value === 'last'
}
