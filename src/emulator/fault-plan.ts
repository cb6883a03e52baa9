/** The ways in which the emulator can fail. Each was seen on the live service or is a plain network failure. */

import type { Step } from './call-log.ts'

export const FAULT_KINDS = [
  /** An error response: `status`, `body`, and for 429 `limit` and `waitSecs`. */
  'error',
  /** The call succeeds, but its answer has another `status` or `body`. */
  'success',
  /** A segment larger than `bytes` gets `status` (default 413) and an empty body. For `append`. */
  'too_large',
  /** The connection is reset. */
  'reset',
  /** No answer until the client leaves or the emulator is reset. */
  'hang',
  /** 302 to `location`, by default on another host. */
  'redirect',
  /** The call's access token expires now: 401. For all steps but `token` and `revoke`. */
  'token_expired',
  /** The call's upload expires now: 400. For `append`, `finalize`, `status`, `metadata` and `subtitles`. */
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
  /** X's problem details. With status 402, those of an account without credits, which name the account. */
  'problem',
  /** The problem details of an account that has reached its spend cap, which name the account. With status 403 by default. */
  'spend_cap',
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

/** Bodies of a `success`. The first four are for `initialize`, `finalize`, `status` and `upload`. */
export const SUCCESS_BODIES = [
  /** The media without `data` around it: `{"id":"…","media_key":"…"}`. */
  'unwrapped',
  /** As in X's v1.1: without `data`, and with `media_id`, a number, and `media_id_string` instead of `id`. */
  'v1',
  /** As `v1`, but without `media_id_string`: a client that parses `media_id` as a number loses its last digits. */
  'numeric_id',
  /** As usual, but with the id and media key of another media. */
  'other_id',
  /** The first half of the usual JSON. */
  'truncated',
  /** `{}` */
  'empty_object',
  'html',
  'empty',
] as const
export type SuccessBody = (typeof SUCCESS_BODIES)[number]

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
  /**
   * The HTTP status. For `error`: 400 to 599, default 503, or 403 with the body `spend_cap`. For `too_large`: the same
   * range, default 413. For `success`: 200 to 299, default the usual one; 204 and 205 have no body.
   */
  status?: number
  /**
   * For `error`: an `ErrorBody`, default `empty` for 413 and 431, otherwise `problem`.
   * For `success`: a `SuccessBody`, default the usual one.
   */
  body?: ErrorBody | SuccessBody
  /** Which rate limit headers an `error` with status 429 has. Default `rate`. */
  limit?: Limit
  /** For an `error` with status 429: seconds until the limit resets. Default 1. */
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
   * For other steps: the first call that fails, counted from 0 over all uploads since the faults were set, or `first`,
   * but not `middle` or `last`.
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
  /**
   * The effects to choose from. Each is only for steps at which it can happen; those with `after` only for `append` and
   * `status`. Default `SURVIVABLE_EFFECTS`.
   */
  effects?: FaultEffect[]
  /** The steps that may fail. Default: all but `token`, `revoke` and `me`. */
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
