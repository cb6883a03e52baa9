import type { CloseOptions } from './shutdown.ts'

/** A Hono app, or anything else with such a `fetch`. */
export interface FetchApp {
  fetch(request: Request, env?: unknown, context?: unknown): Response | Promise<Response>
}

export interface ServeOptions {
  /** TCP port; 0 takes any free one. Default 8787. */
  port?: number
  /** Address to listen on. Default 127.0.0.1: reachable from this machine only. */
  hostname?: string
}

/** A server that is listening. */
export interface RunningServer {
  /** Where it listens, without a trailing slash. */
  url: string
  /**
   * Whether `close` was called: uploads under way may end, and new ones get `503` with `Retry-After`, so that a balancer
   * should send requests elsewhere. A readiness route reports it.
   */
  readonly isDraining: boolean
  /**
   * Lets uploads under way end, and then stops listening. New ones are refused with `shutting_down` meanwhile. What is left
   * after `drainMs` is cut; a resumable upload has saved then what X acknowledged, so another server with the same store
   * continues it.
   */
  close(options?: CloseOptions): Promise<void>
}

export const DEFAULT_PORT = 8787
export const DEFAULT_HOSTNAME = '127.0.0.1'

/**
 * Longest silence on a connection, seconds; then it is closed. It replaces the limits on whole requests, which would
 * end a long upload, and is long enough for a body that waits for X's rate limit to reset. 255 is Bun's maximum.
 */
export const IDLE_TIMEOUT_SECS = 255

export function serverUrl(hostname: string, port: number): string {
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}
