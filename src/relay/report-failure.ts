import { XMediaError } from '../errors.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { Progress } from './segment-sender.ts'

/** Emits the event for an upload, or a chunk of one, that ended early: `aborted` when its client is gone, else `failed`. */
export function reportFailure(
  failure: unknown,
  progress: Progress,
  durationMs: number,
  { emit }: Pick<CallContext, 'emit'>,
): void {
  const { mediaId, sentBytes: bytes } = progress
  const upload = { ...(mediaId === undefined ? {} : { mediaId }), bytes, durationMs }
  emit({ type: isClientGone(failure) ? 'aborted' : 'failed', error: failure, ...upload })
}

/** Whether an upload ended because its client is no longer connected. */
export function isClientGone(failure: unknown): boolean {
  return failure instanceof XMediaError && (failure.code === 'client_closed' || failure.code === 'body_incomplete')
}
