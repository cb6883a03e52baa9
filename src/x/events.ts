import type { XMediaErrorCode } from '../errors.ts'
import type { MediaEvent, MediaFindings } from '../media-facts.ts'
import type { XStep } from './dialects/dialect.ts'
import type { MediaCategory, MediaType } from './limits.ts'
import type { XProcessingState } from './schemas.ts'

/**
 * An event in the life of an upload, for logs and metrics. `at` is in epoch milliseconds; an event contains no secrets.
 * The code `app_error` means that a function of the app threw, such as `inspect`.
 */
export type XMediaEvent = { at: number } & (
  | {
      type: 'initialized'
      mediaId: string
      mediaType: MediaType
      /** The media type as the client declared it; empty if it declared none. */
      declaredType: string
      category: MediaCategory
      totalBytes: number
    }
  | { type: 'segment'; mediaId: string; index: number; bytes: number; durationMs: number }
  /** `source` means that the app's own source broke off and is opened again. */
  | { type: 'retry'; step: XStep | 'source'; attempt: number; waitMs: number; code: XMediaErrorCode }
  | { type: 'segment_size'; fromBytes: number; toBytes: number }
  | ({ type: 'finalized'; mediaId: string; bytes: number; segments: number; durationMs: number } & MediaFindings)
  | MediaEvent
  | { type: 'processing'; mediaId: string; state: XProcessingState; progressPercent?: number }
  | { type: 'failed'; code: XMediaErrorCode | 'app_error'; mediaId?: string; bytes: number; durationMs: number }
  /** X has this media, but its form ended in a later file, before the client could learn of it. */
  | { type: 'unclaimed'; mediaId: string }
  | { type: 'aborted'; mediaId?: string; bytes: number; durationMs: number }
)

/** An event without its time. */
export type XMediaEventBody = XMediaEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'at'>
    : never
  : never

/** Receives the events of every upload. */
export type OnEvent = (event: XMediaEvent) => void

/** Wraps a listener of the app's own. Its errors are logged, and end no upload. */
export function guardListener(onEvent: OnEvent, log: (line: string) => void): OnEvent {
  return async function guardedListener(event) {
    try {
      await onEvent(event)
    } catch (error) {
      log(`hono-x-media: onEvent threw ${String(error)}.`)
    }
  }
}
