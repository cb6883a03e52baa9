/** Access tokens, and X's refresh grant with its single-use refresh tokens. */

import type { Clock } from './movable-clock.ts'
import { appOnly, forbidden, json, Refusal, unauthorized } from './refusals.ts'

/** What an access token allows. */
export interface TokenGrant {
  /** Default: every scope the emulator asks for. */
  scopes?: string[]
  /** The user's id. Default `2244994945`. Media belong to it. */
  user?: string
  /** Milliseconds since the epoch, on the emulator's clock. Default: never. */
  expiresAt?: number
  /** The app's own token: X refuses it for media. Default false. */
  appOnly?: boolean
}

/** The app that may refresh, and the refresh tokens it starts with. */
export interface RefreshOptions {
  /** Default: whatever is not empty. */
  clientId?: string
  /** Set for a confidential client: then HTTP Basic is required. Default: a public client. */
  clientSecret?: string
  /** First refresh tokens and what their access tokens allow. Default: `emulator-refresh-token`, everything. */
  refreshTokens?: Record<string, Pick<TokenGrant, 'scopes' | 'user'>>
}

export interface TokenOptions {
  /** Access tokens by value. Default: every bearer token is good for everything. */
  tokens?: Record<string, TokenGrant>
  refresh?: RefreshOptions
  /** Lifetime in seconds of an access token from the token endpoint. Default 7200, X's own. */
  tokenTtlSecs?: number
}

const DEFAULT_USER = '2244994945'
const DEFAULT_SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access']

export interface Tokens {
  /** The id of the user whose token the request carries; refuses in X's order: token, kind of token, scopes. */
  authorize(headers: Headers, scopes: readonly string[]): string
  /** Ends the request's access token, as if its time were over. */
  expire(headers: Headers): void
  /** `POST /2/oauth2/token`. */
  grant(headers: Headers, form: Record<string, unknown>): Response
  clear(): void
}

export function createTokens(options: TokenOptions, clock: Clock): Tokens {
  const ttlSecs = options.tokenTtlSecs ?? 7200
  const refresh = options.refresh ?? {}
  let access = new Map<string, TokenGrant>()
  let refreshable = new Map<string, Pick<TokenGrant, 'scopes' | 'user'>>()
  let issued = 0
  clear()

  function clear(): void {
    access = new Map(Object.entries(options.tokens ?? {}))
    refreshable = new Map(Object.entries(refresh.refreshTokens ?? { 'emulator-refresh-token': {} }))
    issued = 0
  }

  function grantOf(token: string): TokenGrant {
    const grant = access.get(token) ?? (options.tokens === undefined && token !== '' ? {} : undefined)
    if (grant === undefined || clock.now() >= (grant.expiresAt ?? Infinity)) throw unauthorized()
    return grant
  }

  function isClient(headers: Headers, form: Record<string, unknown>): boolean {
    if (refresh.clientSecret !== undefined) {
      const expected = `Basic ${btoa(`${refresh.clientId ?? ''}:${refresh.clientSecret}`)}`
      return headers.get('authorization') === expected
    }
    if (headers.get('authorization')?.startsWith('Basic ') === true) return true
    return refresh.clientId === undefined ? form['client_id'] !== undefined : form['client_id'] === refresh.clientId
  }

  return {
    authorize(headers, scopes) {
      const grant = grantOf(bearer(headers))
      if (grant.appOnly === true) throw appOnly()
      const granted = grant.scopes ?? DEFAULT_SCOPES
      if (!scopes.every((scope) => granted.includes(scope))) throw forbidden()
      return grant.user ?? DEFAULT_USER
    },
    expire(headers) {
      const token = bearer(headers)
      access.set(token, { ...access.get(token), expiresAt: 0 })
    },
    grant(headers, form) {
      if (!isClient(headers, form)) {
        const description = 'Missing valid authorization header'
        return json({ error: 'unauthorized_client', error_description: description }, 401)
      }
      if (form['grant_type'] !== 'refresh_token') throw tokenError('Value passed for the grant_type was invalid.')
      const old = String(form['refresh_token'])
      const grant = refreshable.get(old)
      if (grant === undefined) throw tokenError('Value passed for the token was invalid.')
      // Single-use: the old refresh token is worthless from here on, whether or not the answer arrives.
      refreshable.delete(old)
      issued++
      const accessToken = `emulator-access-token-${issued}`
      const refreshToken = `emulator-refresh-token-${issued}`
      access.set(accessToken, { ...grant, expiresAt: clock.now() + ttlSecs * 1000 })
      refreshable.set(refreshToken, grant)
      return json({
        token_type: 'bearer',
        expires_in: ttlSecs,
        access_token: accessToken,
        refresh_token: refreshToken,
        scope: (grant.scopes ?? DEFAULT_SCOPES).join(' '),
      })
    },
    clear,
  }
}

function bearer(headers: Headers): string {
  return /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? ''
}

function tokenError(description: string): Refusal {
  return new Refusal(json({ error: 'invalid_request', error_description: description }, 400))
}
