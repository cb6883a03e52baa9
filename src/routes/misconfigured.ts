import { XMediaError } from '../errors.ts'

/** A mistake in the app's own set-up: the operator gets the reason, and the client only that there is one. */
export function misconfigured(note: string, cause?: unknown): XMediaError {
  const detail = 'This server is not set up correctly. Its log says what is wrong.'
  return new XMediaError('misconfigured', detail, { note, cause })
}
