/** The ways the emulator can misbehave. Every one was seen on the live service or is a plain network failure. */

import * as z from 'zod/mini'
import { STEPS, type Step } from './call-log.ts'

export const FAULT_KINDS = [
  /** An error answer: `status`, `body`, and for 429 `limit` and `waitSecs`. */
  'error',
  /** The call succeeds, but answers `status` (default: as usual), without a body if `body` is `empty`. */
  'success',
  /** Segments of more than `bytes` get `status` (default 413) and an empty body. For `append`. */
  'too_large',
  /** The connection is reset. */
  'reset',
  /** No answer until the client goes away, or until `reset()`. */
  'hang',
  /** 302 to `location`, another host by default. */
  'redirect',
  /** The call's access token is expired from now on: 401. */
  'token_expired',
  /** The call's upload session is expired from now on: 400. */
  'session_expired',
  /** Processing ends in `failed` with `error`. For `finalize` and `status`, like all below. */
  'processing_failed',
  /** Processing stays at `in_progress`, 99 %, with `error`, for ever. */
  'processing_stuck',
  /** Processing is over at once. */
  'processing_done',
  /** `check_after_secs` is `checkAfterSecs`; null (default) leaves it out. */
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
  /** `x-user-limit-24hour-reset`, while the 15-minute counter still has room. */
  'user_24h',
  /** `x-app-limit-24hour-reset`, while the 15-minute counter still has room. */
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
   * Whether the call takes effect before it fails. `after` means that the client cannot know that it did.
   * Default `before`. For `error`, `reset`, `hang` and `redirect`.
   */
  when?: 'before' | 'after'
  /** For `error` (default 503), `success` and `too_large` (default 413). */
  status?: number
  /** For `error`; default `empty` for 413 and 431, otherwise `problem`. For `success` only `empty` means anything. */
  body?: ErrorBody
  /** Which headers a 429 carries. Default `rate`. */
  limit?: Limit
  /** Seconds from now to the reset a 429 names. Default 1. */
  waitSecs?: number
  /** For `too_large`: largest segment still taken. Default 0. */
  bytes?: number
  /** For `processing_failed` and `processing_stuck`. Default X's `InvalidMedia`. */
  error?: { code?: number; name?: string; message?: string }
  /** For `redirect`. Default `https://redirected.invalid/`. */
  location?: string
  /** For `check_after`: seconds, or null for none. Default null. */
  checkAfterSecs?: number | null
}

/** Which calls fail, and how. */
export interface Fault extends FaultEffect {
  step: Step
  /**
   * Which calls. For `append` the segment's index, or its place in the file; for other steps the number of the call,
   * from 0, counted over all uploads since the faults were set. Default: every call of the step.
   */
  at?: number | 'first' | 'middle' | 'last'
  /** How many matching calls fail, then the fault is spent. Default 1; for `too_large` no end. 0 means no end. */
  times?: number
}

/** Faults drawn by lot. The same seed gives the same call the same fate, in whatever order the calls arrive. */
export interface RandomFaults {
  seed: number
  /** Share of faulty calls, 0 to 1. */
  rate: number
  /** What to draw from. Default `SURVIVABLE_EFFECTS`. `after` effects are drawn for `append` and `status` only. */
  effects?: FaultEffect[]
  /** Default: every step but `token`. */
  steps?: Step[]
  /** Most faults in a row for the same call: step, segment, and upload or, before there is one, fields. Default 3. */
  maxConsecutive?: number
}

/** All that fails: what is named, and what is drawn by lot. */
export interface FaultPlan {
  faults?: Fault[]
  random?: RandomFaults
}

/** What a careful client survives, with time and retries. */
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

const count = z.int().check(z.minimum(0))
const effectShape = {
  kind: z.enum(FAULT_KINDS),
  when: z.exactOptional(z.enum(['before', 'after'])),
  status: z.exactOptional(z.int().check(z.minimum(200), z.maximum(599))),
  body: z.exactOptional(z.enum(ERROR_BODIES)),
  limit: z.exactOptional(z.enum(LIMITS)),
  waitSecs: z.exactOptional(z.number()),
  bytes: z.exactOptional(count),
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

/** The faults as JSON; unknown members are refused, so that a misspelt fault does not pass for a survived one. */
export const faultPlan: z.ZodMiniType<FaultPlan> = z.strictObject({
  faults: z.exactOptional(
    z.array(
      z.strictObject({
        ...effectShape,
        step: z.enum(STEPS),
        at: z.exactOptional(z.union([count, z.enum(['first', 'middle', 'last'])])),
        times: z.exactOptional(count),
      }),
    ),
  ),
  random: z.exactOptional(
    z.strictObject({
      seed: z.int(),
      rate: z.number().check(z.minimum(0), z.maximum(1)),
      effects: z.exactOptional(z.array(z.strictObject(effectShape))),
      steps: z.exactOptional(z.array(z.enum(STEPS))),
      maxConsecutive: z.exactOptional(count),
    }),
  ),
})
