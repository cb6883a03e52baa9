import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { OperatorLog } from '../lib/operator-log.ts'
import type { OnEvent, XMediaEvent, XMediaEventBody } from './events.ts'
import { explainFailure } from './explain-failure.ts'
import type { TokenSource } from './token.ts'
import { unsuitableToken } from './token-form.ts'
import { findTrouble } from './troubles.ts'

/** Tells of one request, or one call of the app's own: events to `onEvent`, and trouble to the operator. */
export interface Observer {
  readonly requestId: string
  /** Set it once the user is known. */
  subject: string | undefined
  emit(event: XMediaEventBody): void
  /** The request gets an error. Emits `refused`, unless its upload has told of its own end. */
  refuse(error: unknown): void
  /** Only the operator hears of this error, if it is trouble: the request goes on. */
  warn(error: unknown): void
  /** The same source. A token that X will probably refuse gets a line, and none appears in a `cause`. */
  watchTokens(source: TokenSource): TokenSource
}

/** What is observed. */
export interface Observed {
  requestId: string
  subject?: string | undefined
  /** What no `cause` may show, beside the token. */
  secret?: string | undefined
  /** A listener beside `onEvent`. */
  onEvent?: OnEvent | undefined
}

export type Observe = (observed: Observed) => Observer

export interface ObserveOptions {
  clock: Pick<Clock, 'now'>
  log: OperatorLog
  onEvent: OnEvent | undefined
}

export function createObserve({ clock, log, onEvent }: ObserveOptions): Observe {
  return function observe({ requestId, subject, secret = '', onEvent: ownListener }) {
    const secrets = new Set([secret])
    let hasEnded = false

    const explain = (error: unknown) => explainFailure(error, secrets)

    /** The app's own listeners may be async. One that fails ends no upload. */
    function notify(event: XMediaEvent): void {
      for (const listener of [onEvent, ownListener]) {
        const run = async () => await listener?.(event)
        run().catch((error: unknown) => log('onEvent', `onEvent threw ${explain(error)}`, requestId))
      }
    }

    function emit(body: XMediaEventBody): void {
      const common = { at: clock.now(), requestId, subject: observer.subject }
      if (!('error' in body)) {
        notify({ ...common, ...body })
        return
      }
      const { error, ...members } = body
      const code = error instanceof XMediaError ? error.code : 'app_error'
      notify({ ...common, ...members, code, cause: explain(error) })
      const isEnd = body.type !== 'retry'
      // Most retries succeed, but a rate limit slows every upload.
      if (isEnd || code === 'x_rate_limited') warn(error)
      hasEnded ||= isEnd
    }

    function warn(error: unknown): void {
      const trouble = findTrouble(error)
      if (trouble) log(trouble.kind, `${explain(error)} ${trouble.advice}`.trim(), requestId)
    }

    const observer: Observer = {
      requestId,
      subject,
      emit,
      refuse: (error) => hasEnded || emit({ type: 'refused', error }),
      warn,
      watchTokens: (source) => async (request) => {
        const token = await source(request)
        if (typeof token !== 'string') return token
        secrets.add(token)
        warnOfToken(token, log, requestId)
        return token
      },
    }
    return observer
  }
}

/** Tells the operator that X will probably refuse a token. */
export function warnOfToken(token: string, log: OperatorLog, requestId?: string): void {
  const suspicion = unsuitableToken(token)
  if (suspicion) log('token', `The X token ${suspicion}.`, requestId)
}
