import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { XMediaError } from '../errors.ts'
import type { Instance, Principal } from '../options.ts'
import { problemResponse, unauthorized } from '../problem.ts'
import { checkSecret } from '../ticket.ts'
import { type CachedToken, cacheToken } from '../x/token.ts'

export interface PrincipalEnv {
  Variables: { xMediaPrincipal: Principal }
}

/** Lets nobody pass whom the app's `authorize` does not know; reads nothing of the body. */
export function authorize(
  { options }: Instance,
  refuse: (error: XMediaError) => Response = problemResponse,
): MiddlewareHandler<PrincipalEnv> {
  return createMiddleware<PrincipalEnv>(async function authorize(c, next) {
    const principal = await options.authorize(c)
    if (principal === null || principal === undefined) return refuse(unauthorized())
    if (typeof principal.subject !== 'string' || principal.subject === '') {
      throw new TypeError('authorize must answer with a subject that is a string and not empty')
    }
    c.set('xMediaPrincipal', principal)
    return next()
  })
}

/** The X token for one request's calls. */
export function tokenFor(c: Context, principal: Principal, { options }: Instance): CachedToken {
  return cacheToken((ask) => {
    if (principal.token !== undefined) return principal.token
    return typeof options.token === 'string' ? options.token : options.token({ ...ask, c, principal })
  })
}

/** The key that signs this request's tickets. */
export function secretFor(c: Context, { options }: Instance): string {
  return checkSecret(typeof options.secret === 'function' ? options.secret(c) : options.secret)
}
