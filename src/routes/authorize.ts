import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { Principal, PrincipalLimits } from '../options.ts'
import { isSecret, MIN_SECRET_BYTES } from '../status-ticket.ts'
import { type CachedToken, cacheToken } from '../x/token.ts'
import { misconfigured } from './misconfigured.ts'

export interface PrincipalEnv {
  Variables: { xMediaPrincipal: Principal }
}

const LIMITS: readonly string[] = ['uploadBytes', 'uploads', 'quota'] satisfies (keyof PrincipalLimits)[]

/** Refuses users whom the app's `authorize` does not know, before the body is read. */
export function authorize({ authorize, log }: Pick<Instance, 'authorize' | 'log'>): MiddlewareHandler<PrincipalEnv> {
  return createMiddleware<PrincipalEnv>(async function authorizeRequest(c, next) {
    const principal = await authorize(c)
    if (principal === null || principal === undefined) {
      throw new XMediaError('unauthorized', 'Sign in to the app that offers this upload, and send its credentials.')
    }
    if (typeof principal.subject !== 'string' || principal.subject === '') {
      throw misconfigured(log, 'authorize must return a subject that is a non-empty string.')
    }
    const unknown = Object.keys(principal.limits ?? {}).find((name) => !LIMITS.includes(name))
    if (unknown !== undefined) {
      // Skipping it would lift the very limit that the app meant to set.
      throw misconfigured(
        log,
        `authorize returned the unknown limit ${unknown}; known limits are ${LIMITS.join(', ')}.`,
      )
    }
    c.set('xMediaPrincipal', principal)
    return next()
  })
}

/** The X token for one request's calls. */
export function tokenFor(c: Context, principal: Principal, token: Instance['token']): CachedToken {
  return cacheToken((request) => {
    if (principal.token !== undefined) return principal.token
    return typeof token === 'string' ? token : token({ ...request, c, principal })
  })
}

/** Where the key comes from, and where to log that it does not work. */
export type SecretSource = Pick<Instance, 'secret' | 'log'>

/** Refuses every request with `misconfigured` until a `secret` that is a function has returned a key that works. */
export function requireSecret(source: SecretSource): MiddlewareHandler {
  let works = typeof source.secret === 'string'
  return createMiddleware(async function requireSecret(c, next) {
    if (!works) readSecret(c, source)
    works = true
    return next()
  })
}

/** The key that signs this request's tickets. Throws `misconfigured` when there is none that works. */
export function readSecret(c: Context, { secret, log }: SecretSource): string {
  let key: string | undefined
  try {
    key = typeof secret === 'function' ? secret(c) : secret
  } catch (error) {
    throw misconfigured(log, `the function secret threw ${String(error)}.`, error)
  }
  if (isSecret(key)) return key
  throw misconfigured(
    log,
    `secret must be a string of at least ${MIN_SECRET_BYTES} bytes; the function returned ${lengthOf(key)}.`,
  )
}

function lengthOf(key: unknown): string {
  if (typeof key !== 'string') return key === null ? 'null' : typeof key
  return `${new TextEncoder().encode(key).length} bytes`
}
