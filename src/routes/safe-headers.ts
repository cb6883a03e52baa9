import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'

/**
 * Keeps every response out of caches, and from being read as another type than its own. On `c.res` the headers also reach
 * the app's own answer to an error.
 */
export const addSafeHeaders: MiddlewareHandler = createMiddleware(async function addSafeHeaders(c, next) {
  c.res.headers.set('cache-control', 'no-store')
  c.res.headers.set('x-content-type-options', 'nosniff')
  return next()
})
