import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { invalidHost } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { hasValidHost, isValidHost } from '../lib/host.ts'
import { type Forwarded, readForwarded } from './forwarded.ts'

export interface PublicUrlEnv {
  Variables: { xMediaUrl: URL }
}

/** Finds the URL of a request as its client sees it. Throws `invalid_host` if there is none, before the body is read. */
export function findPublicUrl({ trustProxy }: Pick<Instance, 'trustProxy'>): MiddlewareHandler<PublicUrlEnv> {
  return createMiddleware<PublicUrlEnv>(async function findPublicUrl(c, next) {
    c.set('xMediaUrl', publicUrl(c.req.raw, trustProxy))
    return next()
  })
}

function publicUrl(request: Request, trustProxy: boolean): URL {
  if (!hasValidHost(request)) throw invalidHost()
  const url = new URL(request.url)
  return trustProxy ? proxiedUrl(url, readForwarded(request.headers)) : url
}

function proxiedUrl({ protocol, host, pathname, search }: URL, forwarded: Forwarded): URL {
  const { scheme = protocol.slice(0, -1), host: forwardedHost = host } = forwarded
  const url = `${scheme}://${forwardedHost}${pathname}${search}`
  if (!isValidHost(forwardedHost) || !URL.canParse(url)) throw invalidHost()
  return new URL(url)
}
