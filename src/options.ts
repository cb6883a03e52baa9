import type { Context } from 'hono'
import { type Core, type CoreOptions, createCore } from './core.ts'
import { checkSecret } from './ticket.ts'
import type { TokenAsk } from './x/token.ts'

/** Who a request is from, as the app's own sign-in tells. */
export interface Principal {
  /** The user, however the app names users: media and tickets belong to it. Not empty. */
  subject: string
  /** The X token for this user's uploads, where each has an X account of its own; goes before `options.token`. */
  token?: string
}

/** What a token is asked for with. */
export interface TokenRequest extends TokenAsk {
  c: Context
  principal: Principal
}

type Awaitable<T> = T | Promise<T>

export interface XMediaOptions extends CoreOptions {
  /** The server-held OAuth 2.0 user token with the scope `media.write`, or how to get it for a request. */
  token: string | ((request: TokenRequest) => Awaitable<string | undefined>)
  /** Tells who a request is from; null refuses it with 401. Runs before a byte of the body is read, on every route. */
  authorize: (c: Context) => Awaitable<Principal | null | undefined>
  /** The key that signs tickets: at least 32 bytes, the same on every instance. */
  secret: string | ((c: Context) => string | undefined)
  /** The path clients see the mount at, where a proxy or another framework hides it. Default: from the request's URL. */
  mountPath?: string | ((c: Context) => string)
}

/** The options once read, with what all requests of an instance share. */
export interface Instance extends Core {
  options: XMediaOptions
}

/** Throws `TypeError` for an option of the wrong kind and `RangeError` for a number out of its range. */
export function createInstance(options: XMediaOptions): Instance {
  const { token, authorize, secret } = options
  if (typeof authorize !== 'function')
    throw new TypeError('authorize must be a function: it tells who a request is from')
  if (typeof token !== 'function' && !(typeof token === 'string' && token !== '')) {
    throw new TypeError('token must be a string or a function')
  }
  if (typeof secret !== 'function') checkSecret(secret)
  return { ...createCore(options), options }
}
