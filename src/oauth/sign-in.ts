import type { Env, Hono } from 'hono'
import { systemClock } from '../lib/clock.ts'
import { createOperatorLog } from '../lib/operator-log.ts'
import type { UndeclaredEnv, XMediaOptions } from '../options.ts'
import { guardedStore } from '../store/guarded-store.ts'
import type { TokenRequest } from '../x/token.ts'
import { createAccounts } from './accounts.ts'
import { createSignInCookies } from './cookies.ts'
import { createKeyring } from './keyring.ts'
import { createOAuthClient } from './oauth-client.ts'
import { parseSignInOptions } from './option-schema.ts'
import type { XSignInOptions } from './options.ts'
import { signInRoutes } from './routes.ts'
import { createTokenSource } from './token-source.ts'

/** What `xSignIn` makes. */
export interface XSignIn {
  /**
   * `GET /login`, `GET /callback`, and `/logout`, which `POST` signs out and `GET` asks about. `/login?return_to=/path` says
   * where the browser goes afterwards; by default to `/`.
   */
  routes: Hono
  /**
   * `authorize` and `token` for `xMedia` and `xMediaUpload`. Users who are not signed in get `unauthorized`; those whose
   * access to X has ended get `sign_in_again`, a 403 with the URL at which to sign in as `login`. If your app has its own
   * sign-in, take `token` alone: it finds the tokens by the principal's `subject`.
   */
  access: Pick<XMediaOptions, 'authorize' | 'token'>
  /**
   * The X token of a user, for jobs outside a request: `createXMedia({ token: (request) => x.tokenFor(subject, request) })`.
   * Refreshes it if need be. Throws an `XMediaError`: `sign_in_again` when the user must sign in again, `x_unavailable` when
   * X does not renew the token now, `token_unavailable` when X does not accept the app's credentials.
   */
  tokenFor(subject: string, request?: TokenRequest): Promise<string>
}

/**
 * Sign in with X: each user uploads to their own account.
 *
 * ```ts
 * const x = xSignIn({ clientId, clientSecret, redirectUri: 'https://app.example/auth/callback', secret, store })
 * app.route('/auth', x.routes)
 * app.route('/media', xMedia({ ...x.access, secret, store }))
 * ```
 *
 * The tokens are kept encrypted in the store, and appear in no page, cookie, URL or log. Instances that share the store
 * refresh a token once. Throws one `TypeError` that lists everything wrong with the options.
 */
export function xSignIn<E extends Env = UndeclaredEnv>(options: XSignInOptions<E>): XSignIn {
  const settings = parseSignInOptions(options)
  const { redirectUri, clientId, secret } = settings
  const clock = systemClock
  const log = createOperatorLog(settings.log, clock)
  const loginUrl = new URL('login', redirectUri).href
  const keyring = createKeyring(secret)
  const accounts = createAccounts(guardedStore(settings.store, clock), keyring, clientId, clock)
  const cookies = createSignInCookies(keyring, clock, redirectUri.startsWith('https:'))
  const oauth = createOAuthClient(settings, clock)
  const tokenSource = createTokenSource({ accounts, oauth, clock, loginUrl })

  return {
    routes: signInRoutes({ settings, accounts, cookies, oauth, clock, log, loginUrl }),
    access: {
      async authorize(c) {
        const account = await accounts.findBySession(await cookies.session(c))
        return account === undefined ? null : { subject: account.subject }
      },
      token: ({ principal, ...request }) => tokenSource(principal.subject, request),
    },
    tokenFor: (subject, request = { reason: 'initial' }) => tokenSource(subject, request),
  }
}
