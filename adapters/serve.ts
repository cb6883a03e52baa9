/** Anything with a `fetch`: a Hono app, or another that speaks the same interface. */
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
export interface Serving {
  /** Where it listens, without a slash at the end. */
  url: string
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

export const DEFAULT_PORT = 8787
export const DEFAULT_HOSTNAME = '127.0.0.1'

/**
 * Longest silence on a connection before it is closed, seconds. Long enough for a body held back while X's rate limit
 * resets; it takes the place of limits on a whole request, which a long upload would run into. 255 is Bun's maximum.
 */
export const IDLE_SECS = 255

export function urlOf(hostname: string, port: number): string {
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}
