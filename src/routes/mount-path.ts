import type { Context } from 'hono'
import type { Instance } from '../instance.ts'

/**
 * The path at which a client sees the mount.
 *
 * @param below The request's own path below the mount.
 */
export function mountPath(c: Context, option: Instance['mountPath'], below = ''): string {
  const own = new URL(c.req.url).pathname.replace(/\/+$/, '')
  const path = typeof option === 'function' ? option(c) : (option ?? own.slice(0, own.length - below.length))
  // One leading slash at most: two would make the path a host.
  return path.replace(/\/+$/, '').replace(/^\/+/, '/')
}
