import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { quote } from '../lib/quote.ts'
import type { PublicUrlEnv } from './public-url.ts'

/** Response headers that a page of another origin may read. */
const EXPOSED = [
  ...['Location', 'Preference-Applied', 'Retry-After', 'X-Media-Id', 'X-Media-Status', 'X-Request-Id'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Defer-Length', 'Upload-Metadata', 'Upload-Expires'],
  ...['Upload-Complete', 'Upload-Limit', 'Upload-Draft-Interop-Version'],
  ...['X-Rate-Limit-Limit', 'X-Rate-Limit-Remaining', 'X-Rate-Limit-Reset'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm', 'Accept-Patch'],
]

/** Seconds a browser may cache a preflight; Chromium allows no more. https://fetch.spec.whatwg.org/#http-access-control-max-age */
const PREFLIGHT_SECS = 7200

/**
 * Admits pages of the allowed origins by CORS, and refuses requests from pages of any other: a page can post a form to any
 * site, with the user's cookies for it. Clients that are not browsers send no such headers and pass.
 */
export function allowOrigins({
  origins,
  trustProxy,
}: Pick<Instance, 'origins' | 'trustProxy'>): MiddlewareHandler<PublicUrlEnv> {
  const allow = cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials: origins !== '*',
    allowMethods: ['GET', 'POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECS,
  })

  return createMiddleware<PublicUrlEnv>(async function allowOrigins(c, next) {
    const origin = c.req.header('origin')
    const site = c.req.header('sec-fetch-site')
    if (origin !== undefined && (origins === '*' || origins.includes(origin))) {
      const isPreflight = c.req.header('access-control-request-method') !== undefined
      if (c.req.method !== 'OPTIONS' || isPreflight) return allow(c, next)
      // `cors` answers every OPTIONS as a preflight. Drop its response here; the headers that it set on `c.res` stay.
      await allow(c, next)
      return next()
    }
    const isFromNoPage = site === 'none' || (site === undefined && origin === undefined)
    if (isFromNoPage || isFromOwnPage(c)) return next()

    // What the browser says of the site is right behind every proxy.
    const detail = refusal(origin, site === undefined && !trustProxy)
    const note = `${detail} To this server, its own origin is ${c.var.xMediaUrl.origin}.`
    throw new XMediaError('origin_not_allowed', detail, { note })
  })
}

function refusal(origin: string | undefined, mayBeProxied: boolean): string {
  // Sandboxed pages, files and redirects all say `null`, anybody's too, so no option may name it.
  if (origin === 'null') return 'Pages without an origin of their own, such as sandboxed ones, may not upload here.'
  const page = origin === undefined ? 'another origin' : quote(origin)
  const proxyAdvice = mayBeProxied ? ', or set http.trustProxy if a proxy in front ends TLS or changes the host' : ''
  return `Pages of ${page} may not upload here. If they should, add their origin to http.origins${proxyAdvice}.`
}

/**
 * Whether a page of the server's own origin sent the request. What the browser says goes first: behind a proxy, the URL
 * may not be the one that the page knows.
 */
export function isFromOwnPage({ req, var: { xMediaUrl } }: Pick<Context<PublicUrlEnv>, 'req' | 'var'>): boolean {
  const site = req.header('sec-fetch-site')
  return site === undefined ? req.header('origin') === xMediaUrl.origin : site === 'same-origin'
}
