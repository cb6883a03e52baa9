import { XMediaError } from '../errors.ts'
import type { Clock } from './clock.ts'

/** One end for a piece of work: its own, that of the work around it, or that its time is over. */
export interface AbortScope {
  /** Aborts with an `XMediaError` for whoever listens. */
  signal: AbortSignal
  abort(reason: unknown): void
  /** To be called when the work is done, however: leaves no timer and no listener. */
  release(): void
}

export interface AbortScopeOptions {
  /** Ends this work too. */
  parent?: AbortSignal | undefined
  /** Milliseconds the work may take. */
  timeoutMs: number
  /** The reason when it took longer. */
  timeoutError: () => Error
}

export function createAbortScope(clock: Clock, { parent, timeoutMs, timeoutError }: AbortScopeOptions): AbortScope {
  const controller = new AbortController()
  const onAbort = () => controller.abort(clientClosed(parent?.reason))
  if (parent?.aborted) onAbort()
  parent?.addEventListener('abort', onAbort, { once: true })
  const cancelTimer = clock.after(timeoutMs, () => controller.abort(timeoutError()))
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release() {
      cancelTimer()
      parent?.removeEventListener('abort', onAbort)
    },
  }
}

export function deadlineExceeded(): XMediaError {
  return new XMediaError('deadline_exceeded', 'The upload took longer than this server allows.')
}

export function clientClosed(reason: unknown): XMediaError {
  if (reason instanceof XMediaError) return reason
  // Node gives a string as the reason of an aborted request.
  return new XMediaError('client_closed', 'The client closed the connection before the upload was done.', {
    cause: reason,
  })
}

/** Whether an upload ended because its client is not there any more. */
export function isClientGone(reason: unknown): boolean {
  return reason instanceof XMediaError && (reason.code === 'client_closed' || reason.code === 'body_incomplete')
}

/** The outcome of `work`, or the signal's reason as soon as it aborts, even if `work` never settles. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
