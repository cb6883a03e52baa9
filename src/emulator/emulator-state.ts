import { type AuthorizationCodes, createAuthorizationCodes } from './authorization-codes.ts'
import { type CallLog, createCallLog } from './call-log.ts'
import { type EmulatorOptions, type ResolvedOptions, resolveOptions } from './emulator-options.ts'
import { createFaultPicker, type FaultPicker } from './fault-picker.ts'
import { parseFaultPlan } from './parse-fault-plan.ts'
import { createPostLog, type PostLog } from './post-log.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUploads, type Uploads } from './uploads.ts'

/** Everything one emulator remembers. */
export interface EmulatorState {
  readonly options: ResolvedOptions
  readonly log: CallLog
  readonly uploads: Uploads
  readonly posts: PostLog
  readonly tokens: Tokens
  readonly codes: AuthorizationCodes
  faults: FaultPicker
  /** One function per hanging call, which ends it. Not an AbortController: workerd allows none outside a request. */
  readonly hanging: Set<() => void>
  /** The emulator's time: the host's plus every `advance`, in milliseconds since the epoch. Nothing here sets a timer. */
  now(): number
  advance(seconds: number): void
  /** Replaces the faults. Throws a `TypeError` for faults that cannot happen. */
  setFaults(plan: unknown): void
  /** Forgets uploads, posts, violations, counts, faults and issued tokens, and ends hanging calls; keeps the clock. */
  reset(): void
}

export function createEmulatorState(options: EmulatorOptions): EmulatorState {
  const resolved = resolveOptions(options)
  let advancedMs = 0
  const now = () => resolved.now() + advancedMs

  const state: EmulatorState = {
    options: resolved,
    log: createCallLog(),
    uploads: createUploads(now, resolved.expiresAfterSecs),
    posts: createPostLog(),
    tokens: createTokens(resolved, now),
    codes: createAuthorizationCodes(now),
    faults: createFaultPicker(resolved),
    hanging: new Set(),
    now,
    advance(seconds) {
      advancedMs += seconds * 1000
    },
    setFaults(plan) {
      state.faults = createFaultPicker(parseFaultPlan(plan))
    },
    reset() {
      for (const release of state.hanging) release()
      state.faults = createFaultPicker({})
      state.uploads.clear()
      state.posts.clear()
      state.log.clear()
      state.tokens.clear()
      state.codes.clear()
    },
  }
  return state
}
