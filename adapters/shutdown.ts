import { XMediaError } from '../src/errors.ts'
import { exclusiveBodyOf } from '../src/ingress/exclusive-body.ts'
import { markShutdown, type Shutdown } from '../src/ingress/shutdown.ts'
import { type Clock, systemClock } from '../src/lib/clock.ts'

export interface CloseOptions {
  /**
   * How long uploads under way may take to end, milliseconds; 0 cuts them at once. Default 5,000. Up to 4 seconds follow in
   * which clients hear that they were cut, so the server ends before Docker kills it, 10 seconds after SIGTERM. Give it more
   * where the platform does: Kubernetes and Heroku kill after 30 seconds.
   */
  drainMs?: number
}

export const DRAIN_MS = 5000

/**
 * How long an upload that is cut may take to save what X has, and to tell its client, milliseconds. A client that is still
 * sending is listened to for 2 seconds, so that it sees the answer.
 */
export const HANDOVER_MS = 3000

/** How long the runtime may take to send the last answers, milliseconds. Event streams would keep it for hours. */
const LAST_ANSWERS_MS = 1000

/** The requests that a server works on, and how it ends them. */
export interface RequestsInProgress extends Shutdown {
  /** Whether new uploads are refused. */
  readonly isDraining: boolean
  /** Counts a request until the function that it returns is called. */
  enter(): () => void
  /**
   * Runs the handler of a request. Counts the request until it has a response, the rest of a refused upload is discarded,
   * and `sent` has settled, where the runtime tells when a response is sent. Event streams do not count.
   */
  run(request: Request, handle: () => Response | Promise<Response>, sent?: Promise<void>): Promise<Response>
  /**
   * Refuses new uploads, and resolves when no request is in progress. After `drainMs` the uploads are cut, and 3 s later it
   * resolves in any case. Throws a `TypeError` unless `drainMs` is a finite number, 0 or more.
   */
  drain(options?: CloseOptions): Promise<void>
}

export function createRequestsInProgress(clock: Clock = systemClock): RequestsInProgress {
  const cut = new AbortController()
  let count = 0
  let isDraining = false
  let onIdle: (() => void) | undefined

  /** Resolves to whether no request is in progress, at the latest after so many milliseconds. */
  function idleWithin(ms: number): Promise<boolean> {
    if (count === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const cancelTimer = clock.after(ms, () => resolve(false))
      onIdle = () => {
        cancelTimer()
        resolve(true)
      }
    })
  }

  function enter(): () => void {
    let isInProgress = true
    count++
    return function leave() {
      if (!isInProgress) return
      isInProgress = false
      count--
      if (count === 0) onIdle?.()
    }
  }

  const requests: RequestsInProgress = {
    get isDraining() {
      return isDraining
    },
    refusal: () => (isDraining ? shuttingDown() : undefined),
    cut: cut.signal,
    enter,
    async run(request, handle, sent) {
      const leave = enter()
      markShutdown(request, requests)
      let lastStep: Promise<void> | undefined
      try {
        const response = await handle()
        if (!isEventStream(response)) lastStep = sent
        return response
      } finally {
        Promise.allSettled([exclusiveBodyOf(request)?.drained, lastStep]).then(leave)
      }
    },
    async drain({ drainMs = DRAIN_MS } = {}) {
      if (!Number.isFinite(drainMs) || drainMs < 0) {
        throw new TypeError(`drainMs must be a number of milliseconds, 0 or more, not ${drainMs}`)
      }
      isDraining = true
      if (await idleWithin(drainMs)) return
      cut.abort(shuttingDown())
      await idleWithin(HANDOVER_MS)
    },
  }
  return requests
}

/** When another instance, or the next version of this one, may serve the client; seconds. */
const RETRY_AFTER_SECS = 2

function shuttingDown(): XMediaError {
  return new XMediaError(
    'shutting_down',
    'This server is about to stop. Send the request again: another server takes it, and resumable uploads continue.',
    { retryAfterSecs: RETRY_AFTER_SECS },
  )
}

/** Waits until the runtime has sent the last answers, but only for a second. @param stop Its own way to stop. */
export function sendLastAnswers(stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancelTimer = systemClock.after(LAST_ANSWERS_MS, resolve)
    stop().then(resolve, reject).finally(cancelTimer)
  })
}

/** Whether a response is a stream of events. It may last for hours, and its client connects again by itself. */
export function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
