import type { Handler, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { describeRoutes } from '../openapi/openapi.ts'
import type { Paths } from '../openapi/openapi-objects.ts'
import type { MountEnv } from './mount.ts'

/** How long caches may keep the description, in seconds. */
const MAX_AGE_SECS = 300

/** Lets caches keep the description, one for each origin: only pages of allowed ones get CORS headers. */
export const cacheDescription: MiddlewareHandler = createMiddleware(async function cacheDescription(c, next) {
  await next()
  if (!c.res.ok) return
  c.res.headers.set('cache-control', `max-age=${MAX_AGE_SECS}`)
  c.res.headers.set('vary', 'Origin')
})

/** Describes the routes to anyone who asks: nothing in it is secret. */
export function apiDescription(paths: Paths): Handler<MountEnv> {
  return (c) => c.json(describeRoutes(c.var.xMediaMount.path, paths))
}
