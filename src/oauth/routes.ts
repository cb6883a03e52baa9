import { type Context, Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { requestId } from 'hono/request-id'
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi'
import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { OperatorLog } from '../lib/operator-log.ts'
import type { Accounts, Session, UserTokens } from './accounts.ts'
import type { SignInCookies } from './cookies.ts'
import { type FailureReason, SignInFailure } from './failure.ts'
import type { OAuthClient, Proof } from './oauth-client.ts'
import { REQUIRED_SCOPES, type XSignInSettings } from './option-schema.ts'
import { failurePage, logoutPage } from './pages.ts'
import { fetchXUser } from './x-user.ts'

/** The parts that the routes work with. */
export interface SignInParts {
  settings: XSignInSettings
  accounts: Accounts
  cookies: SignInCookies
  oauth: OAuthClient
  clock: Clock
  log: OperatorLog
  loginUrl: string
}

/**
 * | route | what |
 * |---|---|
 * | `GET /login` | sends the browser to X; `?return_to=/path` says where it goes afterwards |
 * | `GET /callback` | where X sends the browser back to |
 * | `GET /logout` | a page with a button |
 * | `POST /logout` | signs out, and revokes the tokens |
 */
export function signInRoutes(parts: SignInParts): Hono {
  const { settings, cookies, oauth, log, loginUrl } = parts
  const { redirectUri } = settings
  const routes = new Hono().onError((error, c) => {
    const failure = asFailure(error)
    if (failure === undefined) throw error
    if (FOR_OPERATORS.includes(failure.reason)) {
      log(`sign_in ${failure.reason}`, `A sign-in with X failed. ${failure.message}`, c.get('requestId'))
    }
    return failurePage(c, failure.reason, loginUrl)
  })

  routes
    .use(requestId())
    .use(async function keepPrivate(c, next) {
      await next()
      c.header('cache-control', 'no-store')
      // The URL of the callback has the code. With `no-referrer`, the form would send the origin `null`.
      c.header('referrer-policy', 'same-origin')
    })
    .get('/login', async (c) => {
      const proof: Proof = { state: generateRandomState(), verifier: generateRandomCodeVerifier() }
      await cookies.startSignIn(c, { ...proof, returnTo: readReturnTo(c, redirectUri) })
      return c.redirect(await oauth.authorizeUrl(proof))
    })
    .get('/callback', async (c) => {
      // Hono sends HEAD here too. A program that looks at links must not spend the code.
      if (c.req.method === 'HEAD') return c.body(null)
      const signIn = await cookies.takeSignIn(c, c.req.query('state') ?? '')
      if (signIn === undefined) throw new SignInFailure('lost', 'The sign-in did not start in this browser.')
      const { tokens, scopes } = await oauth.exchange(new URL(c.req.url).searchParams, signIn)
      await cookies.setSession(c, await finishSignIn(c, tokens, scopes, parts))
      return c.redirect(signIn.returnTo, 303)
    })
    .get('/logout', (c) => logoutPage(c, readReturnTo(c, redirectUri)))
    .post('/logout', csrf({ origin: new URL(redirectUri).origin }), async (c) => {
      await signOut(c, parts)
      return c.redirect(readReturnTo(c, redirectUri), 303)
    })
  // As in `xMedia`: what the error handler rethrows reaches the handler of the app around it.
  return new Hono().route('/', routes)
}

/** Failures that the people who run the app can do something about. */
const FOR_OPERATORS: readonly FailureReason[] = [
  'client_refused',
  'scope_missing',
  'payment_required',
  'forbidden',
  'store_unavailable',
  'unavailable',
]

/** Saves the tokens under the user whom they belong to. Revokes them when that fails. */
async function finishSignIn(
  c: Context,
  tokens: UserTokens,
  scopes: readonly string[],
  { settings, accounts, oauth, clock }: SignInParts,
): Promise<Session> {
  try {
    const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope))
    if (missing.length > 0) {
      const advice = 'Set the app’s permissions to “Read and write” at console.x.com'
      throw new SignInFailure('scope_missing', `X did not grant ${missing.join(', ')}. ${advice}.`)
    }
    const user = await fetchXUser(settings.apiBaseUrl, tokens.accessToken, clock)
    const subject = settings.subject === undefined ? user.id : await settings.subject(c, user)
    if (!subject) throw new SignInFailure('not_accepted', 'The option subject returned no user.')
    return await accounts.signIn(subject, tokens)
  } catch (error) {
    await oauth.revoke(tokens).catch(() => undefined)
    throw error
  }
}

/** Signs out every browser of the user. */
async function signOut(c: Context, { cookies, accounts, oauth }: SignInParts): Promise<void> {
  const account = await accounts.findBySession(await cookies.session(c))
  cookies.clearSession(c)
  const removed = account && (await accounts.remove(account.subject))
  const tokens = removed && (await accounts.open(removed))
  if (tokens === undefined) return
  await oauth.revoke(tokens).catch((error: unknown) => {
    // X does not know the tokens any more: they are revoked already.
    if (error instanceof SignInFailure && error.reason === 'refused') return
    throw new SignInFailure('still_connected', 'X did not revoke the tokens of a user who has signed out.')
  })
}

/** A page of the app itself, as an absolute URL: a path can begin like a host. Default: the start page. */
function readReturnTo(c: Context, redirectUri: string): string {
  const { origin } = new URL(redirectUri)
  const asked = c.req.query('return_to') ?? '/'
  const url = URL.canParse(asked, origin) ? new URL(asked, origin) : undefined
  return url?.origin === origin ? url.href : `${origin}/`
}

function asFailure(error: unknown): SignInFailure | undefined {
  if (error instanceof SignInFailure) return error
  const isStoreFailure = error instanceof XMediaError && error.code === 'store_unavailable'
  return isStoreFailure ? new SignInFailure('store_unavailable', error.message) : undefined
}
