import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { Principal, PrincipalLimits } from '../options.ts'
import { MIN_SECRET_BYTES, type TicketKeys, ticketKeys } from '../status-ticket.ts'
import type { Observer } from '../x/observer.ts'
import { type CachedToken, cacheToken } from '../x/token.ts'
import { misconfigured } from './misconfigured.ts'
import type { ObserverEnv } from './observe.ts'

export interface PrincipalEnv {
  Variables: ObserverEnv['Variables'] & {
    xMediaPrincipal: Principal
    /** The keys of this request's tickets. */
    xMediaKeys: TicketKeys
  }
}

const LIMITS: readonly string[] = ['uploadBytes', 'uploads', 'quota'] satisfies (keyof PrincipalLimits)[]

/** Refuses users whom the app's `authorize` does not know, before the body is read. */
export function authorize({ authorize }: Pick<Instance, 'authorize'>): MiddlewareHandler<PrincipalEnv> {
  return createMiddleware<PrincipalEnv>(async function authorizeRequest(c, next) {
    const principal = await authorize(c)
    if (principal === null || principal === undefined) {
      throw new XMediaError('unauthorized', 'Sign in to the app that offers this upload, and send its credentials.')
    }
    if (typeof principal.subject !== 'string' || principal.subject === '') {
      throw misconfigured('authorize must return a subject that is a non-empty string.')
    }
    const unknown = Object.keys(principal.limits ?? {}).find((name) => !LIMITS.includes(name))
    if (unknown !== undefined) {
      // Skipping it would lift the very limit that the app meant to set.
      throw misconfigured(`authorize returned the unknown limit ${unknown}; known limits are ${LIMITS.join(', ')}.`)
    }
    c.set('xMediaPrincipal', principal)
    c.var.xMediaObserver.subject = principal.subject
    return next()
  })
}

/** The X token for one request's calls. */
export function tokenFor(c: Context, principal: Principal, token: Instance['token']): CachedToken {
  const { watchTokens }: Observer = c.get('xMediaObserver')
  const source = watchTokens((request) => {
    if (principal.token !== undefined) return principal.token
    return typeof token === 'string' ? token : token({ ...request, c, principal })
  })
  return cacheToken(source)
}

/**
 * Reads the keys of a request's tickets at its beginning, since the app's own function could fail once X has the file.
 * Throws `misconfigured` when one does not work.
 */
export function requireSecret({ secret }: Pick<Instance, 'secret'>): MiddlewareHandler<PrincipalEnv> {
  return createMiddleware<PrincipalEnv>(async function requireSecret(c, next) {
    c.set('xMediaKeys', readSecret(c, secret))
    return next()
  })
}

function readSecret(c: Context, secret: Instance['secret']): TicketKeys {
  let found: unknown
  try {
    found = typeof secret === 'function' ? secret(c) : secret
  } catch (error) {
    throw misconfigured('The function secret threw.', error)
  }
  const keys = ticketKeys(found)
  if (keys !== undefined) return keys
  throw misconfigured(
    `secret must be a string of at least ${MIN_SECRET_BYTES} bytes, or a list of such strings; the function returned ${lengthsOf(found)}.`,
  )
}

/** Says how long keys are, and nothing else about them. */
function lengthsOf(secret: unknown): string {
  if (Array.isArray(secret)) return `[${secret.map(lengthsOf).join(', ')}]`
  if (typeof secret !== 'string') return secret === null ? 'null' : typeof secret
  return `${new TextEncoder().encode(secret).length} bytes`
}
