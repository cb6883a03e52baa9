/** What the emulator saw: the calls, those still open, and the client's violations of the protocol. */

/**
 * The calls of X's API, under the same names in both generations. `lookup` is `GET /2/media`, with or without a media
 * key in the path, and `GET /2/tweets/:id`. `post` is `POST /2/tweets`, `token` and `revoke` are the OAuth endpoints, and
 * `me` is `GET /2/users/me`.
 */
export const STEPS = [
  'initialize',
  'append',
  'finalize',
  'status',
  'upload',
  'metadata',
  'subtitles',
  'lookup',
  'post',
  'token',
  'revoke',
  'me',
] as const
export type Step = (typeof STEPS)[number]

export type ViolationKind =
  /** Two APPENDs sent different bytes under the same segment index. */
  | 'index_two_ranges'
  /** FINALIZE arrived before every APPEND of the upload was answered. */
  | 'finalize_before_acknowledged'
  /** A field or query parameter that X does not know. */
  | 'unknown_field'
  /** An APPEND without `Content-Length`; every known client of X declares the length. */
  | 'chunked_append'
  /** Another call that has a body, but no `Content-Length`. */
  | 'missing_content_length'
  /** Bytes after the closing boundary of a multipart body and its CRLF. They are ignored, but a client has no use for them. */
  | 'multipart_epilogue'

export interface Violation {
  kind: ViolationKind
  step: Step
  /** The media id. */
  id?: string
  segment_index?: number
  /** What exactly was wrong, such as the name of the unknown field. */
  detail: string
}

/** A call that has no answer yet. */
export interface OpenCall {
  step: Step
  /** The media id. */
  id?: string
  segment_index?: number
}

export interface RequestCounts {
  /** Calls per step, including refused and faulty ones. */
  counts: Record<Step, number>
  /** Calls that have no answer yet. */
  in_flight: OpenCall[]
  /** The most calls per step that were open at the same time. */
  max_in_flight: Record<Step, number>
  /** Calls whose client left before the answer. */
  aborted: number
}

export interface CallLog {
  /** Records the start of a call. */
  open(call: OpenCall): OpenCall
  /** Corrects the step of a call, when its body tells more than its URL. */
  changeStep(call: OpenCall, step: Step): void
  close(call: OpenCall, isAborted: boolean): void
  addViolation(call: OpenCall, kind: ViolationKind, detail: string): void
  violations(): Violation[]
  requests(): RequestCounts
  /** How many APPENDs of this upload have no answer yet. */
  appendsInFlight(id: string): number
  /** Forgets everything but the open calls. */
  clear(): void
}

function zeroPerStep(): Record<Step, number> {
  return {
    initialize: 0,
    append: 0,
    finalize: 0,
    status: 0,
    upload: 0,
    metadata: 0,
    subtitles: 0,
    lookup: 0,
    post: 0,
    token: 0,
    revoke: 0,
    me: 0,
  }
}

export function createCallLog(): CallLog {
  const openCalls = new Set<OpenCall>()
  let violations: Violation[] = []
  let counts = zeroPerStep()
  let peaks = zeroPerStep()
  let aborted = 0

  function count(step: Step): void {
    counts[step]++
    const open = [...openCalls].filter((call) => call.step === step).length
    peaks[step] = Math.max(peaks[step], open)
  }

  return {
    open(call) {
      openCalls.add(call)
      count(call.step)
      return call
    },
    changeStep(call, step) {
      if (call.step === step) return
      counts[call.step]--
      call.step = step
      count(step)
    },
    close(call, isAborted) {
      openCalls.delete(call)
      if (isAborted) aborted++
    },
    addViolation(call, kind, detail) {
      violations.push({ kind, ...call, detail })
    },
    violations: () => [...violations],
    requests: () => ({ counts: { ...counts }, in_flight: [...openCalls], max_in_flight: { ...peaks }, aborted }),
    appendsInFlight: (id) => [...openCalls].filter((call) => call.step === 'append' && call.id === id).length,
    clear() {
      violations = []
      counts = zeroPerStep()
      peaks = zeroPerStep()
      aborted = 0
    },
  }
}
