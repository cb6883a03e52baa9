import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'

/** Response headers that a page of another origin may read. */
const EXPOSED = [
  ...['Location', 'Preference-Applied', 'Retry-After', 'X-Media-Id', 'X-Media-Status'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Defer-Length', 'Upload-Metadata', 'Upload-Expires'],
  ...['Upload-Complete', 'Upload-Limit', 'Upload-Draft-Interop-Version'],
  ...['X-Rate-Limit-Limit', 'X-Rate-Limit-Remaining', 'X-Rate-Limit-Reset'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm'],
]

/** Seconds a browser may cache a preflight; Chromium allows no more. https://fetch.spec.whatwg.org/#http-access-control-max-age */
const PREFLIGHT_SECS = 7200

/**
 * Admits pages of the allowed origins by CORS, and refuses requests from pages of any other: a page can post a form to any
 * site, with the user's cookies for it. Clients that are not browsers send no such headers and pass.
 */
export function allowOrigins(origins: Instance['origins']): MiddlewareHandler {
  const allow = cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials: origins !== '*',
    allowMethods: ['GET', 'POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECS,
  })

  return createMiddleware(async function allowOrigins(c, next) {
    const origin = c.req.header('origin')
    if (origin !== undefined && (origins === '*' || origins.includes(origin))) return allow(c, next)
    if (isForeign(origin, c.req.header('sec-fetch-site'), c.req.url)) {
      throw new XMediaError('origin_not_allowed', 'Pages of this origin may not upload here.')
    }
    return next()
  })
}

/** The browser's own statement counts first: behind a proxy, our URL may not be the one that the page knows. */
function isForeign(origin: string | undefined, site: string | undefined, url: string): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin !== new URL(url).origin
}
