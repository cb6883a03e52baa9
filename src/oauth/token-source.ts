import { XMediaError } from '../errors.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { TokenRequest } from '../x/token.ts'
import type { Account, Accounts, UserTokens } from './accounts.ts'
import { SignInFailure } from './failure.ts'
import type { OAuthClient } from './oauth-client.ts'

/** Gets a user's access token, refreshed if need be. */
export type TokenSource = (subject: string, request: TokenRequest) => Promise<string>

export interface TokenSourceOptions {
  accounts: Accounts
  oauth: OAuthClient
  clock: Clock
  /** Where users sign in. */
  loginUrl: string
}

/** An access token this close to its expiry is refreshed before use, milliseconds. */
const EXPIRY_MARGIN_MS = 60_000

/** How long one request alone may refresh a pair, milliseconds: twice the time limit of the call to X. */
const LEASE_MS = 30_000

/** How long a request waits for another one's refresh, milliseconds: longer than a lease whose holder has crashed. */
const MAX_WAIT_MS = LEASE_MS + 5000

/**
 * How long to wait, milliseconds, for the new pair of a request whose lease has run out: if it is only slow, or its clock is
 * behind, X has accepted its refresh token.
 */
const LATE_SAVE_MS = 3000

/** The pause before the second look at a pair that is being refreshed, milliseconds; it doubles with each one. */
const FIRST_PAUSE_MS = 25
const MAX_PAUSE_MS = 400

/**
 * The order is what keeps a pair alive, since X's refresh tokens work once: take the lease of the pair as it was read, ask X,
 * save the new pair, use it. Instances share nothing but the store.
 */
export function createTokenSource({ accounts, oauth, clock, loginUrl }: TokenSourceOptions): TokenSource {
  const isUsable = (tokens: UserTokens, { refused }: TokenRequest) =>
    tokens.accessToken !== refused && tokens.expiresAt - EXPIRY_MARGIN_MS > clock.now()

  async function readTokens(account: Account | undefined): Promise<UserTokens> {
    const tokens = account === undefined || account.isRevoked ? undefined : await accounts.open(account)
    if (tokens === undefined) throw signInAgain(loginUrl)
    return tokens
  }

  /** The new access token; undefined when another request has changed the account meanwhile. */
  async function refresh(account: Account, refreshToken: string): Promise<string | undefined> {
    const leased = await accounts.change(account, { leasedUntil: clock.now() + LEASE_MS })
    if (leased === undefined) return undefined
    let tokens: UserTokens
    try {
      tokens = await oauth.refresh(refreshToken)
    } catch (error) {
      return await giveUp(account, leased, error)
    }
    return (await save(leased, tokens)) ? tokens.accessToken : undefined
  }

  async function waitForLateSave(leased: Account): Promise<void> {
    const giveUpAt = clock.now() + LATE_SAVE_MS
    while (clock.now() < giveUpAt) {
      await sleep(clock, MAX_PAUSE_MS)
      const current = await accounts.find(leased.subject)
      if (current?.sealed !== leased.sealed) return
    }
  }

  async function giveUp(account: Account, leased: Account, error: unknown): Promise<undefined> {
    if (error instanceof SignInFailure && error.reason === 'refused') {
      if (account.leasedUntil > 0) await waitForLateSave(leased)
      // It changes nothing if another instance has saved a newer pair: then that one counts.
      await accounts.change(leased, { isRevoked: true, leasedUntil: 0 })
      return undefined
    }
    // The pair may still be good, so it stays. A lease that a failing store keeps runs out by itself.
    await accounts.change(leased, { leasedUntil: 0 }).catch(() => undefined)
    if (!(error instanceof SignInFailure)) throw error
    if (error.reason === 'client_refused') {
      throw new XMediaError('token_unavailable', 'X does not accept this app’s credentials.', { cause: error })
    }
    throw new XMediaError('x_unavailable', 'X did not renew the token of this user. Try again later.', {
      cause: error,
    })
  }

  /** Resolves to whether the new pair is saved. It is not when the user has signed in anew, or signed out, meanwhile. */
  async function save(leased: Account, tokens: UserTokens): Promise<boolean> {
    const sealed = await accounts.seal(leased.subject, tokens)
    const giveUpAt = clock.now() + LEASE_MS
    for (;;) {
      try {
        const isSaved = await replacePair(leased, sealed)
        if (isSaved === undefined) await oauth.revoke(tokens).catch(() => undefined)
        return isSaved === true
      } catch (error) {
        // X has ended the old pair: without the new one, the user would have to sign in again.
        if (clock.now() >= giveUpAt) throw error
        await sleep(clock, MAX_PAUSE_MS)
      }
    }
  }

  /** Whether the store has the new pair; undefined when the user has signed out. */
  async function replacePair(leased: Account, sealed: string): Promise<boolean | undefined> {
    let current: Account | undefined = leased
    // Whoever else has taken the lease of this pair since can only fail: X has ended the pair.
    while (current !== undefined && current.sealed === leased.sealed) {
      if (await accounts.change(current, { sealed, isRevoked: false, leasedUntil: 0 })) return true
      current = await accounts.find(leased.subject)
    }
    // The answer to an earlier attempt may have been lost.
    return current && current.sealed === sealed
  }

  return async function tokenFor(subject, request) {
    const giveUpAt = clock.now() + MAX_WAIT_MS
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      const account = await accounts.find(subject)
      const tokens = await readTokens(account)
      if (isUsable(tokens, request)) return tokens.accessToken
      if (tokens.refreshToken === undefined) throw signInAgain(loginUrl)
      if (account !== undefined && account.leasedUntil <= clock.now()) {
        const token = await refresh(account, tokens.refreshToken)
        if (token !== undefined) return token
        continue
      }
      if (clock.now() >= giveUpAt) {
        throw new XMediaError('x_unavailable', 'The token of this user is still being renewed. Try again soon.')
      }
      await sleep(clock, pauseMs)
    }
  }
}

function signInAgain(login: string): XMediaError {
  return new XMediaError('sign_in_again', 'Your access to X has ended. Open the URL in `login` to sign in again.', {
    members: { login },
  })
}
