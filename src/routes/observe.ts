import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { Observer } from '../x/observer.ts'

export interface ObserverEnv {
  Variables: {
    xMediaObserver: Observer
    /** Where hono/request-id leaves its id. */
    requestId?: string
  }
}

/** The ids that hono/request-id accepts. */
const ID_PATTERN = /^[\w\-=]{1,255}$/

/**
 * Gives a request an observer and an id, which every response names: that of hono/request-id if the app runs it, or of the
 * request's own `X-Request-Id`, or a new one. Runs first, so that every refusal is seen.
 */
export function observeRequests({ observe }: Pick<Instance, 'observe'>): MiddlewareHandler<ObserverEnv> {
  return createMiddleware<ObserverEnv>(async function observeRequest(c, next) {
    const given = c.var.requestId ?? c.req.header('x-request-id') ?? ''
    const requestId = ID_PATTERN.test(given) ? given : crypto.randomUUID()
    // On `c.res` it stays, whatever answers.
    c.res.headers.set('x-request-id', requestId)
    c.set('xMediaObserver', observe({ requestId, secret: c.req.header('authorization') }))
    return next()
  })
}

/** Responds to an error of ours. Rethrows any other: it is not ours to show. */
export function respondToError(error: unknown, c: Pick<Context<ObserverEnv>, 'var'>): Response {
  c.var.xMediaObserver.refuse(error)
  if (error instanceof XMediaError) return error.getResponse()
  throw error
}
