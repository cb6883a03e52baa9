import type { XMediaErrorCode } from '../errors.ts'
import type { MediaEvent, MediaFindings } from '../media-facts.ts'
import type { XStep } from './dialects/dialect.ts'
import type { MediaCategory, MediaType } from './limits.ts'
import type { XProcessingState } from './schemas.ts'

/** What all events have. */
export interface EventMembers {
  /** Epoch milliseconds. */
  at: number
  /** The request's `X-Request-Id`, or the id that it got; for an upload of the app's own, the option of the call. */
  requestId: string
  /** The user, once they are known. Missing for uploads of the app's own without a `subject`. */
  subject?: string | undefined
}

/** What events about an error have. */
interface FailureMembers {
  /** `app_error` means that a function of the app threw, such as `inspect`. */
  code: XMediaErrorCode | 'app_error'
  /** The error and its causes, in sentences for the operator. */
  cause: string
}

/** An event in the life of an upload, for logs and metrics. It contains no secrets. */
export type XMediaEvent = EventMembers & XMediaEventOwn

/** What an event says by itself. */
export type XMediaEventOwn =
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
  | ({ type: 'retry'; step: XStep | 'source'; attempt: number; waitMs: number } & FailureMembers)
  | { type: 'segment_size'; fromBytes: number; toBytes: number }
  | ({ type: 'finalized'; mediaId: string; bytes: number; segments: number; durationMs: number } & MediaFindings)
  | MediaEvent
  | { type: 'processing'; mediaId: string; state: XProcessingState; progressPercent?: number }
  | ({ type: 'failed'; mediaId?: string; bytes: number; durationMs: number } & FailureMembers)
  | ({ type: 'aborted'; mediaId?: string; bytes: number; durationMs: number } & FailureMembers)
  /** The request got an error before its upload began, or is about none. */
  | ({ type: 'refused' } & FailureMembers)
  /** X has this media, but its form ended in a later file, before the client could learn of it. */
  | { type: 'unclaimed'; mediaId: string }

/** An event as its place reports it: with the error itself instead of its code and cause. */
export type XMediaEventBody = BodyOf<XMediaEventOwn>

type BodyOf<Event> = Event extends FailureMembers ? Omit<Event, keyof FailureMembers> & { error: unknown } : Event

/** Receives the events of every upload. */
export type OnEvent = (event: XMediaEvent) => void
