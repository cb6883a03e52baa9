import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { abortable, createAbortScope } from '../lib/abort-scope.ts'
import { type Clock, sleep, systemClock } from '../lib/clock.ts'
import { parseJson } from '../lib/parse-json.ts'
import { describeCause } from './error-cause.ts'
import { EXPIRY_SECS, readNumber } from './ranges.ts'
import type { TokenRequest } from './token.ts'
import { readText } from './transport.ts'

/** What must survive a restart. A refresh token works once; X sends the next one in its response. */
export interface StoredTokens {
  accessToken: string
  refreshToken: string
  /** When the access token expires, in epoch milliseconds. */
  expiresAt: number
}

export interface RefreshingTokenOptions {
  clientId: string
  /** For confidential clients only. */
  clientSecret?: string
  /** The refresh token from the first authorization, which needs the scope `offline.access`. Used until `load` returns one. */
  refreshToken: string
  /** Default `https://api.x.com/2/oauth2/token`. */
  tokenUrl?: string
  /** Reads the tokens that any instance saved last; undefined before the first `save`. */
  load: () => StoredTokens | undefined | Promise<StoredTokens | undefined>
  /** Stores the tokens for all instances. They are used only after it has resolved. */
  save: (tokens: StoredTokens) => void | Promise<void>
  /** Sends the refresh request. Default: the platform's `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** How long X's access tokens last, unless X says otherwise, in seconds. */
const LIFETIME_SECS = 7200
/** The least that we believe, in seconds: a token within the margin of its expiry would be refreshed for every request. */
const MIN_LIFETIME_SECS = 120
/** An access token this close to its expiry is refreshed before use, in milliseconds. */
const EXPIRY_MARGIN_MS = 60_000
/** Pauses before loading the tokens again, when another instance has refreshed them but not saved them yet. */
const RELOAD_DELAYS_MS = [100, 200, 400, 800, 1000]
/** The time limit for a refresh request, in milliseconds. */
const REFRESH_TIMEOUT_MS = 30_000
/** The time limit for a renewal, including `load` and `save`, in milliseconds. */
const RENEWAL_TIMEOUT_MS = 45_000

const tokenResponse = z.object({
  access_token: z.string(),
  refresh_token: z.exactOptional(z.string()),
  // The refresh token works once, so the answer must not be lost for what it says here.
  expires_in: z.optional(z.unknown()),
})

/**
 * Creates an OAuth 2.0 user token that refreshes itself (RFC 6749 section 6), for the `token` option. X's access tokens
 * last two hours: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
 *
 * Concurrent requests on one instance share a refresh. When another instance has refreshed first, its tokens are loaded.
 * A new refresh token is saved before its access token is used. If the server crashes after X has responded and before
 * `save` has resolved, the refresh token is lost, and the account must be authorized again.
 */
export function refreshingToken(
  options: RefreshingTokenOptions,
  clock: Clock = systemClock,
): (request: TokenRequest) => Promise<string> {
  const { load, save } = options
  let tokens: StoredTokens | undefined
  let unsaved = false
  let renewal: { tokens: Promise<StoredTokens>; startedAt: number } | undefined

  const isUsable = (candidate: StoredTokens, refused: string | undefined) =>
    candidate.accessToken !== refused && candidate.expiresAt - EXPIRY_MARGIN_MS > clock.now()

  async function keep(fresh: StoredTokens): Promise<StoredTokens> {
    tokens = fresh
    unsaved = true
    await save(fresh)
    unsaved = false
    return fresh
  }

  async function renew(refused: string | undefined): Promise<StoredTokens> {
    if (unsaved && tokens !== undefined) return await keep(tokens)
    let known = (await load()) ?? tokens
    for (const delayMs of [0, ...RELOAD_DELAYS_MS]) {
      if (delayMs > 0) {
        await sleep(clock, delayMs)
        const loaded = await load()
        if (loaded === undefined || loaded.refreshToken === known?.refreshToken) continue
        known = loaded
      }
      if (known !== undefined && isUsable(known, refused)) {
        tokens = known
        return known
      }
      const fresh = await refresh(known?.refreshToken ?? options.refreshToken, options, clock)
      if (fresh !== undefined) return await keep(fresh)
    }
    throw new XMediaError(
      'token_unavailable',
      'X refused the server’s refresh token; the account must be authorized again.',
    )
  }

  return async function token({ refused }) {
    if (!unsaved && tokens !== undefined && isUsable(tokens, refused)) return tokens.accessToken
    // On Workers a refresh is dropped with the request that started it, and its promise never settles.
    if (renewal !== undefined && clock.now() - renewal.startedAt > RENEWAL_TIMEOUT_MS) renewal = undefined
    const current = renewal ?? { tokens: renew(refused), startedAt: clock.now() }
    renewal = current
    const scope = createAbortScope(clock, { timeoutMs: RENEWAL_TIMEOUT_MS, timeoutError: renewalTimeout })
    try {
      return (await abortable(current.tokens, scope.signal)).accessToken
    } finally {
      scope.dispose()
      if (renewal === current) renewal = undefined
    }
  }
}

const renewalTimeout = () => new XMediaError('token_unavailable', 'Renewing the server’s X token took too long.')

/** Sends one refresh request; undefined when X does not know the refresh token, or has seen it before. */
async function refresh(
  refreshToken: string,
  {
    clientId,
    clientSecret,
    tokenUrl = 'https://api.x.com/2/oauth2/token',
    fetch = globalThis.fetch,
  }: RefreshingTokenOptions,
  clock: Clock,
): Promise<StoredTokens | undefined> {
  const unavailable = (cause?: unknown) =>
    new XMediaError('token_unavailable', 'X did not renew the server’s token.', cause === undefined ? {} : { cause })
  let response: Response
  let text: string
  try {
    response = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(clientSecret === undefined ? {} : { authorization: `Basic ${basicCredentials(clientId, clientSecret)}` }),
      },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...(clientSecret === undefined ? { client_id: clientId } : {}),
      }).toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(REFRESH_TIMEOUT_MS),
    })
    text = await readText(response)
  } catch (error) {
    // The error itself may hold the request.
    throw unavailable(describeCause(error, refreshToken))
  }
  if (response.status === 400) return undefined
  const parsed = tokenResponse.safeParse(parseJson(text))
  if (!response.ok || !parsed.success) throw unavailable()
  const { access_token: accessToken, refresh_token = refreshToken, expires_in } = parsed.data
  const lifetimeSecs = Math.max(MIN_LIFETIME_SECS, readNumber(expires_in, EXPIRY_SECS) ?? LIFETIME_SECS)
  return { accessToken, refreshToken: refresh_token, expiresAt: clock.now() + lifetimeSecs * 1000 }
}

/** Form-encodes both halves before joining them, as RFC 6749 section 2.3.1 requires. */
function basicCredentials(clientId: string, clientSecret: string): string {
  return btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)
}
