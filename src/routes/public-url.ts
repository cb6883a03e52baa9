import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { invalidHost } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { readForwarded } from './forwarded.ts'

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

function publicUrl({ url, headers }: Request, trustProxy: boolean): URL {
  checkHost(headers.get('host') ?? '')
  const { protocol, host, pathname, search } = parseUrl(url)
  const forwarded = trustProxy ? readForwarded(headers) : {}
  checkHost(forwarded.host ?? '')
  return parseUrl(`${forwarded.scheme ?? protocol.slice(0, -1)}://${forwarded.host ?? host}${pathname}${search}`)
}

/** Refuses what would end the host in a URL. Deno puts `Host` into the URL as it is, where `a/b` changes the path. */
function checkHost(host: string): void {
  if (/[\s/?#@\\]/.test(host)) throw invalidHost()
}

function parseUrl(url: string): URL {
  if (!URL.canParse(url)) throw invalidHost()
  return new URL(url)
}
