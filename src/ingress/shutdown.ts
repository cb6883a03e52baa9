import { XMediaError } from '../errors.ts'

/** How a server that closes treats the uploads that reach it. */
export interface Shutdown {
  /** Whether new uploads are refused. */
  readonly isDraining: boolean
  /** Aborts when uploads under way have had their time. The reason is `shutting_down`. */
  readonly cut: AbortSignal
}

const shutdowns = new WeakMap<Request, Shutdown>()

/** Says which server received a request. Adapters call this; on Workers there is no server to close. */
export function markShutdown(request: Request, shutdown: Shutdown): void {
  shutdowns.set(request, shutdown)
}

/** The mark that `markShutdown` left, or undefined. */
export function shutdownOf(request: Request): Shutdown | undefined {
  return shutdowns.get(request)
}

/** Throws `shutting_down` when the server that received this request takes no new uploads. */
export function refuseDuringShutdown(request: Request): void {
  if (shutdownOf(request)?.isDraining) throw shuttingDown()
}

/** When another instance, or the next version of this one, may serve the client; seconds. */
const RETRY_AFTER_SECS = 2

export function shuttingDown(): XMediaError {
  return new XMediaError(
    'shutting_down',
    'This server is about to stop. Send the request again: another server takes it, and resumable uploads continue.',
    { retryAfterSecs: RETRY_AFTER_SECS },
  )
}
