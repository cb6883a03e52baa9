import { XMediaError } from '../errors.ts'
import type { Log } from '../options.ts'

/** A mistake in the app's own set-up: the operator gets the reason, and the client only that there is one. */
export function misconfigured(log: Log, reason: string, cause?: unknown): XMediaError {
  log(`hono-x-media: ${reason}`)
  return new XMediaError('misconfigured', 'This server is not set up correctly. Its log says what is wrong.', { cause })
}
