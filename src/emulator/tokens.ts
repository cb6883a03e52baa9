/** Access tokens and single-use refresh tokens. */

import { forbidden, unauthorized, unsupportedAuthentication } from './api-responses.ts'

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

/** The app as X's developer console knows it, and the refresh tokens it starts with. */
export interface RefreshOptions {
  /** The client ID of the app. Default: any. */
  clientId?: string
  /** For a confidential client, which must then use HTTP Basic. Default: a public client. */
  clientSecret?: string
  /** The callback URLs of the app; a sign-in must name exactly one of them. Default: any URL. */
  redirectUris?: string[]
  /** The scopes that users can grant to the app; it does not get any other. Default: all that it asks for. */
  grantableScopes?: string[]
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
  /** The app that users sign in to. Default: any. */
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

/** The user who signs in unless the form names another one, and whom a token stands for that names none. */
export const DEFAULT_USER = '2244994945'
const DEFAULT_SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access']

/** What the token endpoint answers. */
export interface TokenAnswer {
  token_type: 'bearer'
  expires_in: number
  access_token: string
  refresh_token?: string
  scope: string
}

export interface Tokens {
  /** The id of the user behind the request's token. Checks in X's order: the token, its kind, its scopes. */
  authorize(headers: Headers, scopes: readonly string[]): string
  /** The same, but accepts the app's own token too. */
  authorizeAny(headers: Headers, scopes: readonly string[]): void
  /** Whether a user has Premium. If tokens of the same user differ, the first one tells. */
  accountOf(user: string): Account
  /** Makes the request's access token expire now. */
  expire(headers: Headers): void
  /** Issues the tokens of a sign-in. They end those of the user's sign-in before. */
  issue(user: string, scopes: string[]): TokenAnswer
  /** Issues new tokens for a refresh token, which works once; undefined when it is unknown, used or revoked. */
  refresh(refreshToken: string): TokenAnswer | undefined
  /** Ends an access token or a refresh token. What X does with the other one of the pair is not on record. */
  revoke(token: string): void
  clear(): void
}

export function createTokens(options: TokenSettings, now: () => number): Tokens {
  const ttlSecs = options.tokenTtlSecs
  let accessTokens = new Map<string, TokenGrant>()
  let refreshTokens = new Map<string, RefreshGrant>()
  /** The tokens of each user's sign-in. */
  let signIns = new Map<string, string[]>()
  let issued = 0
  clear()

  function clear(): void {
    accessTokens = new Map(Object.entries(options.tokens ?? {}))
    refreshTokens = new Map(Object.entries(options.refresh?.refreshTokens ?? { 'emulator-refresh-token': {} }))
    signIns = new Map()
    issued = 0
  }

  function validGrant(token: string): TokenGrant {
    const grant = accessTokens.get(token) ?? (options.tokens === undefined && token !== '' ? {} : undefined)
    if (grant === undefined || now() >= (grant.expiresAt ?? Infinity)) throw unauthorized()
    return grant
  }

  function issuePair(grant: RefreshGrant): TokenAnswer {
    issued++
    const { user = DEFAULT_USER, scopes = DEFAULT_SCOPES } = grant
    const access = `emulator-access-token-${issued}`
    const refresh = scopes.includes('offline.access') ? `emulator-refresh-token-${issued}` : undefined
    accessTokens.set(access, { ...grant, expiresAt: now() + ttlSecs * 1000 })
    if (refresh !== undefined) refreshTokens.set(refresh, grant)
    signIns.get(user)?.push(access, ...(refresh === undefined ? [] : [refresh]))
    return {
      token_type: 'bearer',
      expires_in: ttlSecs,
      access_token: access,
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
      scope: scopes.join(' '),
    }
  }

  function revoke(token: string): void {
    // Deleted, it would count as one of the tokens that allow everything.
    if (accessTokens.has(token)) accessTokens.set(token, { expiresAt: 0 })
    refreshTokens.delete(token)
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
    issue(user, scopes) {
      signIns.get(user)?.forEach(revoke)
      signIns.set(user, [])
      return issuePair({ user, scopes })
    },
    refresh(refreshToken) {
      const grant = refreshTokens.get(refreshToken)
      if (grant === undefined) return undefined
      // Single-use: the token is spent now, whether or not the client receives the answer.
      refreshTokens.delete(refreshToken)
      return issuePair(grant)
    },
    revoke,
    clear,
  }
}

function requireScopes({ scopes: granted = DEFAULT_SCOPES }: TokenGrant, scopes: readonly string[]): void {
  if (!scopes.every((scope) => granted.includes(scope))) throw forbidden()
}

function bearerToken(headers: Headers): string {
  return /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? ''
}
