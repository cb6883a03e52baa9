import type { Context, MiddlewareHandler } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import type { RouterRoute } from 'hono/types'
import { methodNotAllowed, XMediaError } from '../errors.ts'
import { shorten } from '../lib/quote.ts'
import type { MountEnv } from './mount.ts'

/** The longest path to name in an error. One with parameters is as long as the client likes. */
const MAX_PATH_CHARS = 200

/** A path with and without a slash at its end. Hono takes them for one only where the app sets `strict: false`. */
export function withSlash(path: string): string[] {
  return [path, `${path}/`]
}

/**
 * Answers what no route before it has taken: `OPTIONS` with the methods of the path, other methods with
 * `method_not_allowed`, other paths with `not_found`. Leaves the mount itself with a slash at its end to the next handler:
 * no path names it for a `strict` app.
 *
 * @param uploadPath Where uploads go, below the mount.
 * @param toResponse Makes the response to an error.
 */
export function answerUnrouted(
  routes: readonly RouterRoute[],
  uploadPath: string,
  toResponse: (error: XMediaError, c: Context<MountEnv>) => Response,
): MiddlewareHandler<MountEnv> {
  const methods = new TrieRouter<string>()
  for (const { method, path } of routes) if (method !== 'ALL') methods.add('ALL', path, method)

  return async function answerUnrouted(c, next) {
    const { path, below } = c.var.xMediaMount
    const [found] = methods.match('ALL', below || '/')
    const known = found.map(([method]) => method)
    const { method } = c.req
    if (known.length === 0) {
      const uploads = shorten(path + uploadPath || '/', MAX_PATH_CHARS)
      return toResponse(new XMediaError('not_found', `No such route. Uploads go to POST ${uploads}.`), c)
    }
    if (known.includes(method)) return next()
    const allowed = [...new Set([...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])]
    if (method === 'OPTIONS') return c.body(null, 204, { allow: allowed.join(', ') })
    return toResponse(methodNotAllowed(shorten(method), allowed), c)
  }
}
