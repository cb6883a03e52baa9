import { XMediaError } from '../errors.ts'
import type { Clock } from './clock.ts'

/** Ends a piece of work early: when its owner aborts it, when its parent is aborted, or when its time is up. */
export interface AbortScope {
  /** Aborts when the work must stop. */
  signal: AbortSignal
  abort(reason: unknown): void
  /** Removes the timer and the listener. Call it when the work has ended, whether it succeeded or not. */
  dispose(): void
}

export interface AbortScopeOptions {
  /** Aborts this work too. */
  parent?: AbortSignal | undefined
  /** The longest time the work may take, in milliseconds. */
  timeoutMs: number
  /** Creates the abort reason for work that took longer. */
  timeoutError: () => Error
}

export function createAbortScope(clock: Clock, { parent, timeoutMs, timeoutError }: AbortScopeOptions): AbortScope {
  const controller = new AbortController()
  const onParentAbort = () => controller.abort(clientClosed(parent?.reason))
  if (parent?.aborted) onParentAbort()
  parent?.addEventListener('abort', onParentAbort, { once: true })
  const cancelTimer = clock.after(timeoutMs, () => controller.abort(timeoutError()))
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose() {
      cancelTimer()
      parent?.removeEventListener('abort', onParentAbort)
    },
  }
}

export function deadlineExceeded(): XMediaError {
  return new XMediaError('deadline_exceeded', 'The upload took longer than this server allows.')
}

/** Turns the reason of an aborted request into an `XMediaError`: `client_closed`, unless it is one already. */
export function clientClosed(reason: unknown): XMediaError {
  if (reason instanceof XMediaError) return reason
  // On Node, the reason of an aborted request is a string.
  return new XMediaError('client_closed', 'The client closed the connection before the upload was complete.', {
    cause: reason,
  })
}

/** Settles like `work`, or rejects with the signal's reason as soon as it aborts, even if `work` never settles. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
