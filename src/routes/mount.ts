import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { basePath } from 'hono/route'
import type { Instance } from '../instance.ts'
import type { ObserverEnv } from './observe.ts'
import type { PublicUrlEnv } from './public-url.ts'

/** Where the routes are mounted that a request reached. */
export interface Mount {
  /** The path of the mount as clients see it, without a slash at its end; empty at the root. */
  path: string
  /** The request's own path below the mount, without a slash at its end; empty at the mount itself. */
  below: string
}

export interface MountEnv {
  Variables: ObserverEnv['Variables'] & PublicUrlEnv['Variables'] & { xMediaMount: Mount }
}

/**
 * Finds the mount of a request at its beginning, since the app's own function could fail once X has the file.
 *
 * @param ownPath Where these routes are below the path that the option names.
 */
export function findMount(option: Instance['mountPath'], ownPath = ''): MiddlewareHandler<MountEnv> {
  return createMiddleware<MountEnv>(async function findMount(c, next) {
    // Hono's paths are decoded, so only the number of their segments fits the URL.
    const base = basePath(c).replace(/\/+$/, '')
    const given = typeof option === 'function' ? option(c) : option
    const path =
      given === undefined
        ? c.var.xMediaUrl.pathname.split('/').slice(0, base.split('/').length).join('/')
        : headerSafe(withoutSlashes(given)) + ownPath
    c.set('xMediaMount', { path, below: c.req.path.slice(base.length).replace(/(?<=^|[^/])\/$/, '') })
    return next()
  })
}

/** Percent-encodes what no header can have: it would fail once X has the file. */
function headerSafe(path: string): string {
  return path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}

/** One leading slash at most: two would make the path a host. */
function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, '').replace(/^\/+/, '/')
}
