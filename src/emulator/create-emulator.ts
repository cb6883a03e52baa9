import type { Hono } from 'hono'
import type { RequestCounts, Violation } from './call-log.ts'
import { createEmulatorApp } from './emulator-app.ts'
import type { EmulatorOptions } from './emulator-options.ts'
import { createEmulatorState } from './emulator-state.ts'
import type { FaultPlan } from './fault-plan.ts'
import type { EmulatedPost } from './post-log.ts'
import { reportUpload, summarizeUpload, type UploadReport, type UploadSummary } from './upload-report.ts'

/** X's API to send requests to, and its controls. */
export interface Emulator {
  /** Serves X's API, and the control routes under `/_emulator`. */
  readonly app: Hono
  /** One upload, with the SHA-256 of its bytes; undefined for an unknown id. */
  upload(id: string): Promise<UploadReport | undefined>
  /** All uploads, in the order they were started. */
  uploads(): UploadSummary[]
  /** All posts, in the order they were created. */
  posts(): EmulatedPost[]
  /**
   * Replaces all faults, also those of the options. Throws a `TypeError` for faults that cannot happen; its message names
   * each of them, the member that is wrong, and what it can be.
   */
  setFaults(plan: FaultPlan): void
  /** The client's violations of the protocol so far. */
  violations(): Violation[]
  /** How many calls there were, and which have no answer yet. */
  requests(): RequestCounts
  /** Moves the clock forward. */
  advance(seconds: number): void
  /** Forgets uploads, posts, violations, counts, faults and issued tokens, and ends hanging calls; keeps the clock. */
  reset(): void
}

/** Creates an emulator. Throws one `TypeError` that lists all options that do not work, unknown ones and impossible faults too. */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const state = createEmulatorState(options)
  return {
    app: createEmulatorApp(state),
    async upload(id) {
      const upload = state.uploads.get(id)
      return upload === undefined ? undefined : reportUpload(state, upload)
    },
    uploads: () => state.uploads.all().map((upload) => summarizeUpload(state, upload)),
    posts: state.posts.all,
    setFaults: state.setFaults,
    violations: state.log.violations,
    requests: state.log.requests,
    advance: state.advance,
    reset: state.reset,
  }
}
