/** What the emulator saw: calls, calls that are still open, and breaches of the protocol. */

/** The calls of X's API, the same names in both generations. `post` is `POST /2/tweets`. */
export const STEPS = [
  'initialize',
  'append',
  'finalize',
  'status',
  'upload',
  'metadata',
  'subtitles',
  'post',
  'token',
] as const
export type Step = (typeof STEPS)[number]

export type ViolationKind =
  /** One segment index was sent with two different byte ranges. */
  | 'index_two_ranges'
  /** FINALIZE arrived while an APPEND of the same upload had no answer yet. */
  | 'finalize_before_acknowledged'
  /** A field or parameter that X does not know. */
  | 'unknown_field'
  /** An APPEND with chunked transfer encoding; every known client of X declares a length. */
  | 'chunked_append'
  /** Any other call with a body of undeclared length. */
  | 'missing_content_length'

export interface Violation {
  kind: ViolationKind
  step: Step
  id?: string
  segment_index?: number
  detail: string
}

/** A call that has not been answered yet. */
export interface OpenCall {
  step: Step
  id?: string
  segment_index?: number
}

export interface RequestCounts {
  /** Calls per step, refused and faulty ones included. */
  counts: Record<Step, number>
  /** Calls without an answer yet. */
  in_flight: OpenCall[]
  /** Most calls of a step that were ever open at the same time. */
  max_in_flight: Record<Step, number>
  /** Calls whose client went away before the answer. */
  aborted: number
}

export interface Ledger {
  open(call: OpenCall): OpenCall
  /** A call turned out to be another step than its address said. */
  rename(call: OpenCall, step: Step): void
  close(call: OpenCall, aborted: boolean): void
  violate(call: OpenCall, kind: ViolationKind, detail: string): void
  violations(): Violation[]
  requests(): RequestCounts
  /** APPENDs of this upload without an answer yet. */
  appendsInFlight(id: string): number
  clear(): void
}

function perStep(): Record<Step, number> {
  return { initialize: 0, append: 0, finalize: 0, status: 0, upload: 0, metadata: 0, subtitles: 0, post: 0, token: 0 }
}

export function createLedger(): Ledger {
  const calls = new Set<OpenCall>()
  let violations: Violation[] = []
  let counts = perStep()
  let peaks = perStep()
  let aborted = 0

  const openOf = (step: Step) => [...calls].filter((call) => call.step === step).length
  const count = (step: Step) => {
    counts[step]++
    peaks[step] = Math.max(peaks[step], openOf(step))
  }

  return {
    open(call) {
      calls.add(call)
      count(call.step)
      return call
    },
    rename(call, step) {
      if (call.step === step) return
      counts[call.step]--
      call.step = step
      count(step)
    },
    close(call, gone) {
      calls.delete(call)
      if (gone) aborted++
    },
    violate(call, kind, detail) {
      violations.push({ kind, ...call, detail })
    },
    violations: () => [...violations],
    requests: () => ({ counts: { ...counts }, in_flight: [...calls], max_in_flight: { ...peaks }, aborted }),
    appendsInFlight: (id) => [...calls].filter((call) => call.step === 'append' && call.id === id).length,
    clear() {
      violations = []
      counts = perStep()
      peaks = perStep()
      aborted = 0
    },
  }
}
