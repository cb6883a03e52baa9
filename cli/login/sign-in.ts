import { finished } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi'
import { serve } from '../../adapters/node.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { UserTokens } from '../../src/oauth/accounts.ts'
import { SignInFailure } from '../../src/oauth/failure.ts'
import { createOAuthClient, type OAuthSettings } from '../../src/oauth/oauth-client.ts'
import { REQUIRED_SCOPES } from '../../src/oauth/option-schema.ts'

type CallbackContext = Context<{ Bindings: HttpBindings }>

/** A server that waits for X to send the browser back. */
export interface Callback {
  /** What X's developer console must list. */
  redirectUri: string
  /** Signs a person in. `show` gets the URL of X's page. Rejects with a `SignInFailure`. */
  signIn(settings: Omit<OAuthSettings, 'redirectUri'>, show: (url: string) => void): Promise<UserTokens>
  close(): Promise<void>
}

/** X sends the browser here, or anything else on this machine does. Resolves to whether the sign-in succeeded. */
type OnCallback = (parameters: URLSearchParams) => Promise<SignInFailure | undefined>

/** Listens on a port of this machine. X's documentation names 127.0.0.1 for that, and not localhost. */
export async function listenForCallback(port: number): Promise<Callback> {
  let onCallback: OnCallback = async () => new SignInFailure('lost', 'No sign-in has begun.')
  let onShown: () => void = () => {}
  const app = new Hono<{ Bindings: HttpBindings }>().get('/callback', async (c: CallbackContext) => {
    // Hono sends HEAD here too. A program that looks at links must not spend the code.
    if (c.req.method === 'HEAD') return c.body(null)
    const failure = await onCallback(new URL(c.req.url).searchParams)
    // Whoever waits for the sign-in closes the server: not before the browser has the page.
    if (failure?.reason !== 'lost') finished(c.env.outgoing, () => onShown())
    c.header('connection', 'close')
    return c.html(resultPage(failure), failure === undefined ? 200 : 400)
  })
  const server = await serve(app, { port })
  const redirectUri = `${server.url}/callback`

  return {
    redirectUri,
    async signIn(settings, show) {
      const oauth = createOAuthClient({ ...settings, redirectUri }, systemClock)
      const proof = { state: generateRandomState(), verifier: generateRandomCodeVerifier() }
      const shown = new Promise<void>((resolve) => {
        onShown = resolve
      })
      const signedIn = new Promise<UserTokens>((resolve, reject) => {
        onCallback = async (parameters) => {
          // Not from the sign-in that we wait for: a reload, or somebody else's link.
          if (parameters.get('state') !== proof.state) return new SignInFailure('lost', 'The state is another one.')
          onCallback = async () => new SignInFailure('lost', 'The sign-in has ended.')
          try {
            const { tokens, scopes } = await oauth.exchange(parameters, proof)
            requireScopes(scopes)
            resolve(tokens)
            return undefined
          } catch (error) {
            reject(error)
            return error instanceof SignInFailure ? error : new SignInFailure('unavailable', 'This is a bug.')
          }
        }
      })
      signedIn.catch(() => {})
      show(await oauth.authorizeUrl(proof))
      await shown
      return await signedIn
    },
    close: server.close,
  }
}

function requireScopes(scopes: readonly string[]): void {
  const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope))
  if (missing.length > 0) throw new SignInFailure('scope_missing', `X did not grant ${missing.join(', ')}.`)
}

function resultPage(failure: SignInFailure | undefined): ReturnType<typeof html> {
  const [title, text] =
    failure === undefined
      ? ['Signed in', 'You can close this page and go back to the terminal.']
      : ['Not signed in', `${failure.message} The terminal says what to do.`]
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${text}</p>
</html>`
}
