import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { createAbortScope, untilAborted } from '../lib/abort-scope.ts'
import { type Clock, sleep, systemClock } from '../lib/clock.ts'
import type { TokenRequest } from './token.ts'

/** What must survive a restart: X's refresh tokens work once, the next one comes with the answer. */
export interface StoredTokens {
  accessToken: string
  refreshToken: string
  /** Epoch milliseconds at which the access token ends. */
  expiresAt: number
}

export interface RefreshingTokenOptions {
  clientId: string
  /** Only confidential clients have one. */
  clientSecret?: string
  /** The refresh token of the first authorisation; used while `load` knows of none. Needs the scope `offline.access`. */
  refreshToken: string
  /** Default `https://api.x.com/2/oauth2/token`. */
  tokenUrl?: string
  /** Reads what `save` wrote last, on whatever instance; undefined before that. */
  load: () => StoredTokens | undefined | Promise<StoredTokens | undefined>
  /** Keeps the tokens for all instances. They are used only once this has resolved. */
  save: (tokens: StoredTokens) => void | Promise<void>
  /** Sends the refresh. Default: the platform's `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** An access token this close to its end is renewed before it is used, milliseconds. */
const MARGIN_MS = 60_000
/** How long to wait for another instance that has refreshed but not saved yet: five looks, one second apart at most. */
const LOOKS_MS = [100, 200, 400, 800, 1000]
const TIMEOUT_MS = 30_000
/** A renewal, loading and saving included, that has not ended by then is given up. */
const STALE_MS = 45_000

const answerSchema = z.object({
  access_token: z.string(),
  refresh_token: z.exactOptional(z.string()),
  expires_in: z.exactOptional(z.number()),
})

/**
 * An OAuth 2.0 user token that renews itself, as the `token` option. RFC 6749 section 6; X's access tokens last two
 * hours and its refresh tokens work once: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
 *
 * Within an instance concurrent requests share one refresh. A new refresh token is saved before its access token is
 * used. Where another instance was first, its tokens are loaded instead. What cannot be survived: a crash after X has
 * answered and before `save` has resolved loses the refresh token, and the account must be authorised again.
 */
export function refreshingToken(
  options: RefreshingTokenOptions,
  clock: Clock = systemClock,
): (ask: TokenRequest) => Promise<string> {
  const { load, save } = options
  let tokens: StoredTokens | undefined
  let unsaved = false
  let renewing: { tokens: Promise<StoredTokens>; startedAt: number } | undefined

  const usable = (candidate: StoredTokens | undefined, refused: string | undefined) =>
    candidate !== undefined && candidate.accessToken !== refused && candidate.expiresAt - MARGIN_MS > clock.now()

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
    for (const pauseMs of [0, ...LOOKS_MS]) {
      if (pauseMs > 0) {
        await sleep(clock, pauseMs)
        const seen = await load()
        if (seen === undefined || seen.refreshToken === known?.refreshToken) continue
        known = seen
      }
      if (known !== undefined && usable(known, refused)) {
        tokens = known
        return known
      }
      const fresh = await refresh(known?.refreshToken ?? options.refreshToken, options, clock)
      if (fresh !== undefined) return await keep(fresh)
    }
    throw new XMediaError(
      'token_unavailable',
      'X does not take the server’s refresh token: authorise the account again.',
    )
  }

  return async function token({ refused }) {
    if (!unsaved && tokens !== undefined && usable(tokens, refused)) return tokens.accessToken
    // On Workers a refresh ends with the request that started it, and never settles then.
    if (renewing !== undefined && clock.now() - renewing.startedAt > STALE_MS) renewing = undefined
    const current = renewing ?? { tokens: renew(refused), startedAt: clock.now() }
    renewing = current
    const scope = createAbortScope(clock, { timeoutMs: STALE_MS, timeoutError: tookTooLong })
    try {
      return (await untilAborted(current.tokens, scope.signal)).accessToken
    } finally {
      scope.release()
      if (renewing === current) renewing = undefined
    }
  }
}

const tookTooLong = () => new XMediaError('token_unavailable', 'The server’s token was not renewed in time.')

/** One refresh; undefined when X says that the refresh token was used before or is unknown. */
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
  let answer: unknown
  try {
    response = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(clientSecret === undefined ? {} : { authorization: `Basic ${basic(clientId, clientSecret)}` }),
      },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        ...(clientSecret === undefined ? { client_id: clientId } : {}),
      }).toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    answer = await response.json().catch(() => undefined)
  } catch (error) {
    throw unavailable(error)
  }
  if (response.status === 400) return undefined
  const parsed = answerSchema.safeParse(answer)
  if (!response.ok || !parsed.success) throw unavailable()
  const { access_token, refresh_token = refreshToken, expires_in = 7200 } = parsed.data
  return { accessToken: access_token, refreshToken: refresh_token, expiresAt: clock.now() + expires_in * 1000 }
}

/** RFC 6749 section 2.3.1: both halves form-encoded before they are joined. */
function basic(clientId: string, clientSecret: string): string {
  return btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)
}
