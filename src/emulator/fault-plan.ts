/** The ways in which the emulator can fail. Each was seen on the live service or is a plain network failure. */

import * as z from 'zod/mini'
import { STEPS, type Step } from './call-log.ts'

export const FAULT_KINDS = [
  /** An error response: `status`, `body`, and for 429 `limit` and `waitSecs`. */
  'error',
  /** The call succeeds, but with `status` (default: the usual one), and without a body when `body` is `empty`. */
  'success',
  /** A segment larger than `bytes` gets `status` (default 413) and an empty body. For `append`. */
  'too_large',
  /** The connection is reset. */
  'reset',
  /** No answer until the client leaves or the emulator is reset. */
  'hang',
  /** 302 to `location`, by default on another host. */
  'redirect',
  /** The call's access token expires now: 401. */
  'token_expired',
  /** The call's upload expires now: 400. */
  'session_expired',
  /** Processing ends in `failed` with `error`. For `finalize` and `status`, as are all below. */
  'processing_failed',
  /** Processing stays `in_progress` at 99 % for ever, with `error`. */
  'processing_stuck',
  /** Processing ends at once. */
  'processing_done',
  /** `check_after_secs` is `checkAfterSecs`, or is left out for null, the default. */
  'check_after',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export const ERROR_BODIES = [
  /** X's problem details. */
  'problem',
  /** `{"errors":[{"code","message"}]}` */
  'errors',
  /** `{"errors":["internal server error"]}` */
  'strings',
  /** `{"error":"…"}` */
  'error',
  /** `{"request":"…","error":"…"}` */
  'request_error',
  'text',
  'html',
  'empty',
] as const
export type ErrorBody = (typeof ERROR_BODIES)[number]

export const LIMITS = [
  /** `x-rate-limit-reset` */
  'rate',
  /** `x-user-limit-24hour-reset`, while the 15-minute limit is not used up. */
  'user_24h',
  /** `x-app-limit-24hour-reset`, while the 15-minute limit is not used up. */
  'app_24h',
  /** `retry-after` in seconds. */
  'retry_after',
  /** `retry-after` as an HTTP date. */
  'retry_after_date',
  /** No header at all. */
  'none',
] as const
export type Limit = (typeof LIMITS)[number]

/** How a call fails. */
export interface FaultEffect {
  kind: FaultKind
  /**
   * Whether the call fails before it takes effect, or afterwards, so that the client cannot know that it did. For
   * `error`, `reset`, `hang` and `redirect`. Default `before`.
   */
  when?: 'before' | 'after'
  /** The HTTP status, for `error` (default 503), `success` and `too_large` (default 413). */
  status?: number
  /** For `error`: default `empty` for 413 and 431, otherwise `problem`. For `success`, only `empty` has a meaning. */
  body?: ErrorBody
  /** Which rate limit headers a 429 has. Default `rate`. */
  limit?: Limit
  /** Seconds until the limit of a 429 resets. Default 1. */
  waitSecs?: number
  /** For `too_large`: the largest segment that is accepted. Default 0. */
  bytes?: number
  /** For `processing_failed` and `processing_stuck`: the processing error. Default X's `InvalidMedia`. */
  error?: { code?: number; name?: string; message?: string }
  /** For `redirect`: the target. Default `https://redirected.invalid/`. */
  location?: string
  /** For `check_after`: seconds, or null to leave `check_after_secs` out. Default null. */
  checkAfterSecs?: number | null
}

/** Which calls fail, and how. */
export interface Fault extends FaultEffect {
  step: Step
  /**
   * Which calls fail. Default: any call of the step.
   * For `append`: the segment's index, or its place in the file.
   * For other steps: the first call that fails, counted from 0 over all uploads since the faults were set, or `first`.
   */
  at?: number | 'first' | 'middle' | 'last'
  /** How many matching calls fail; 0 for all of them. Default 1, and 0 for `too_large`. */
  times?: number
}

/** Random faults. With the same seed, the same calls get the same faults, in whatever order they arrive. */
export interface RandomFaults {
  /** An integer. */
  seed: number
  /** Share of the calls that fail, from 0 to 1. */
  rate: number
  /** The effects to choose from; those with `after` only for `append` and `status`. Default `SURVIVABLE_EFFECTS`. */
  effects?: FaultEffect[]
  /** The steps that may fail. Default: all but `token`. */
  steps?: Step[]
  /**
   * How often the same call may fail in a row: same step, upload and segment, or same fields while it has no upload.
   * Default 3.
   */
  maxConsecutive?: number
}

/** Which calls fail: those that `faults` names, and others at random. */
export interface FaultPlan {
  faults?: Fault[]
  random?: RandomFaults
}

/** Failures that a careful client survives with retries. */
export const SURVIVABLE_EFFECTS: readonly FaultEffect[] = [
  { kind: 'error', status: 500, body: 'strings' },
  { kind: 'error', status: 502, body: 'html' },
  { kind: 'error', status: 503, body: 'errors' },
  { kind: 'error', status: 504, body: 'empty' },
  { kind: 'error', status: 429, limit: 'rate' },
  { kind: 'error', status: 429, limit: 'retry_after' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'error', status: 503, when: 'after' },
]

const wholeNumber = z.int().check(z.minimum(0))
const effectShape = {
  kind: z.enum(FAULT_KINDS),
  when: z.exactOptional(z.enum(['before', 'after'])),
  status: z.exactOptional(z.int().check(z.minimum(200), z.maximum(599))),
  body: z.exactOptional(z.enum(ERROR_BODIES)),
  limit: z.exactOptional(z.enum(LIMITS)),
  waitSecs: z.exactOptional(z.number()),
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

/** Validates a plan. Refuses unknown members: a misspelt fault would never happen, and look as if the client survived it. */
export const faultPlanSchema: z.ZodMiniType<FaultPlan> = z.strictObject({
  faults: z.exactOptional(
    z.array(
      z.strictObject({
        ...effectShape,
        step: z.enum(STEPS),
        at: z.exactOptional(z.union([wholeNumber, z.enum(['first', 'middle', 'last'])])),
        times: z.exactOptional(wholeNumber),
      }),
    ),
  ),
  random: z.exactOptional(
    z.strictObject({
      seed: z.int(),
      rate: z.number().check(z.minimum(0), z.maximum(1)),
      effects: z.exactOptional(z.array(z.strictObject(effectShape))),
      steps: z.exactOptional(z.array(z.enum(STEPS))),
      maxConsecutive: z.exactOptional(wholeNumber),
    }),
  ),
})

/** The plan as given. Throws a `TypeError` when it is invalid. */
export function parseFaultPlan(plan: FaultPlan): FaultPlan {
  const result = faultPlanSchema.safeParse(plan)
  if (!result.success) throw new TypeError(`emulator: invalid fault plan: ${JSON.stringify(result.error.issues)}`)
  return result.data
}
