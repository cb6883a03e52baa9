import type { XMediaError } from '../errors.ts'

/** How a server that closes treats the uploads that reach it. */
export interface Shutdown {
  /** The error that new uploads get; undefined while the server takes them. */
  refusal(): XMediaError | undefined
  /** Aborts when uploads under way have had their time. The reason is the error that they get. */
  readonly cut: AbortSignal
}

const shutdowns = new WeakMap<Request, Shutdown>()

/** Says how the server that received a request closes. Adapters call this; on Workers there is no server to close. */
export function markShutdown(request: Request, shutdown: Shutdown): void {
  shutdowns.set(request, shutdown)
}

/** The mark that `markShutdown` left, or undefined. */
export function shutdownOf(request: Request): Shutdown | undefined {
  return shutdowns.get(request)
}

/** Throws `shutting_down` when the server that received this request takes no new uploads. */
export function refuseDuringShutdown(request: Request): void {
  const refusal = shutdownOf(request)?.refusal()
  if (refusal) throw refusal
}
