/** Access tokens, and X's refresh grant with its single-use refresh tokens. */

import { ApiError, forbidden, jsonResponse, unauthorized, unsupportedAuthentication } from './api-responses.ts'

/** An account without Premium, or with it. */
export type Account = 'ordinary' | 'premium'

/** What an access token allows. */
export interface TokenGrant {
  /** Default: every scope that the emulator checks. */
  scopes?: string[]
  /** Id of the user that owns the media uploaded with this token. Default `2244994945`. */
  user?: string
  /** In milliseconds since the epoch, on the emulator's clock. Default: never. */
  expiresAt?: number
  /** Whether that user has Premium. Default: the option `account`. */
  account?: Account
  /** Whether it is the app's own token, which X refuses for media. Default false. */
  appOnly?: boolean
}

/** The OAuth client that may refresh tokens, and the refresh tokens it starts with. */
export interface RefreshOptions {
  /** Default: any client id. */
  clientId?: string
  /** For a confidential client, which must then use HTTP Basic. Default: a public client. */
  clientSecret?: string
  /** The first refresh tokens, and what their access tokens allow. Default: `emulator-refresh-token`, for everything. */
  refreshTokens?: Record<string, RefreshGrant>
}

/** What the access tokens from a refresh token allow. */
export type RefreshGrant = Pick<TokenGrant, 'scopes' | 'user' | 'account'>

export interface TokenOptions {
  /**
   * The access tokens, and what each one allows; any other token gets 401. Set this to test which token a client sends,
   * and what it does when X refuses one. Default: every bearer token allows everything.
   */
  tokens?: Record<string, TokenGrant>
  refresh?: RefreshOptions
  /**
   * Whether accounts have Premium: videos up to 125 minutes and 16 GiB, and up to 10 minutes and 1 GiB in direct messages.
   * Default `ordinary`: 20 minutes and 8 GiB, and 140 seconds and 512 MiB.
   */
  account?: Account
  /** Lifetime of an access token from the token endpoint, in seconds. Default 7200, as X's. */
  tokenTtlSecs?: number
}

/** `TokenOptions`, with their defaults. */
export interface TokenSettings extends Required<Omit<TokenOptions, 'tokens'>> {
  tokens?: TokenOptions['tokens'] | undefined
}

const DEFAULT_USER = '2244994945'
const DEFAULT_SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access']

export interface Tokens {
  /** The id of the user behind the request's token. Checks in X's order: the token, its kind, its scopes. */
  authorize(headers: Headers, scopes: readonly string[]): string
  /** The same, but accepts the app's own token too. */
  authorizeAny(headers: Headers, scopes: readonly string[]): void
  /** Whether a user has Premium. If tokens of the same user differ, the first one tells. */
  accountOf(user: string): Account
  /** Makes the request's access token expire now. */
  expire(headers: Headers): void
  /** Answers `POST /2/oauth2/token`. */
  refresh(headers: Headers, form: Record<string, unknown>): Response
  clear(): void
}

export function createTokens(options: TokenSettings, now: () => number): Tokens {
  const { refresh, tokenTtlSecs } = options
  let accessTokens = new Map<string, TokenGrant>()
  let refreshTokens = new Map<string, RefreshGrant>()
  let issued = 0
  clear()

  function clear(): void {
    accessTokens = new Map(Object.entries(options.tokens ?? {}))
    refreshTokens = new Map(Object.entries(refresh.refreshTokens ?? { 'emulator-refresh-token': {} }))
    issued = 0
  }

  function validGrant(token: string): TokenGrant {
    const grant = accessTokens.get(token) ?? (options.tokens === undefined && token !== '' ? {} : undefined)
    if (grant === undefined || now() >= (grant.expiresAt ?? Infinity)) throw unauthorized()
    return grant
  }

  function isKnownClient(headers: Headers, form: Record<string, unknown>): boolean {
    if (refresh.clientSecret !== undefined) {
      const expected = `Basic ${btoa(`${refresh.clientId ?? ''}:${refresh.clientSecret}`)}`
      return headers.get('authorization') === expected
    }
    if (headers.get('authorization')?.startsWith('Basic ') === true) return true
    return refresh.clientId === undefined ? form['client_id'] !== undefined : form['client_id'] === refresh.clientId
  }

  return {
    authorize(headers, scopes) {
      const grant = validGrant(bearerToken(headers))
      if (grant.appOnly === true) throw unsupportedAuthentication()
      requireScopes(grant, scopes)
      return grant.user ?? DEFAULT_USER
    },
    authorizeAny(headers, scopes) {
      const grant = validGrant(bearerToken(headers))
      if (grant.appOnly !== true) requireScopes(grant, scopes)
    },
    accountOf(user) {
      const grants = [...accessTokens.values()].filter((grant) => (grant.user ?? DEFAULT_USER) === user)
      return grants.find(({ account }) => account !== undefined)?.account ?? options.account
    },
    expire(headers) {
      const token = bearerToken(headers)
      accessTokens.set(token, { ...accessTokens.get(token), expiresAt: 0 })
    },
    refresh(headers, form) {
      if (!isKnownClient(headers, form)) {
        throw oauthError(401, 'unauthorized_client', 'Missing valid authorization header')
      }
      if (form['grant_type'] !== 'refresh_token') {
        throw oauthError(400, 'invalid_request', 'Value passed for the grant_type was invalid.')
      }
      const usedToken = String(form['refresh_token'])
      const grant = refreshTokens.get(usedToken)
      if (grant === undefined) throw oauthError(400, 'invalid_request', 'Value passed for the token was invalid.')
      // Single-use: the token is spent now, whether or not the client receives the answer.
      refreshTokens.delete(usedToken)
      issued++
      const accessToken = `emulator-access-token-${issued}`
      const refreshToken = `emulator-refresh-token-${issued}`
      accessTokens.set(accessToken, { ...grant, expiresAt: now() + tokenTtlSecs * 1000 })
      refreshTokens.set(refreshToken, grant)
      return jsonResponse({
        token_type: 'bearer',
        expires_in: tokenTtlSecs,
        access_token: accessToken,
        refresh_token: refreshToken,
        scope: (grant.scopes ?? DEFAULT_SCOPES).join(' '),
      })
    },
    clear,
  }
}

function requireScopes({ scopes: granted = DEFAULT_SCOPES }: TokenGrant, scopes: readonly string[]): void {
  if (!scopes.every((scope) => granted.includes(scope))) throw forbidden()
}

function bearerToken(headers: Headers): string {
  return /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? ''
}

function oauthError(status: number, error: string, description: string): ApiError {
  return new ApiError(jsonResponse({ error, error_description: description }, status))
}
