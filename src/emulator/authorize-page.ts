/** The page on which X asks a user whether an app may have access. */

import { Hono } from 'hono'
import { html } from 'hono/html'
import { ID_PATTERN } from '../x/limits.ts'
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization-request.ts'
import { authorizeLayout, type Html } from './authorize-layout.ts'
import type { EmulatorState } from './emulator-state.ts'
import { DEFAULT_USER } from './tokens.ts'

/** `GET` shows the page; its form sends `POST` to the same URL, with the user's `decision` and the id of the `user`. */
export function createAuthorizePage({ options, codes }: EmulatorState): Hono {
  const read = (url: string) => readAuthorizationRequest(new URL(url).searchParams, options.refresh)
  const page = new Hono()
  page.get('/', (c) => {
    const request = read(c.req.url)
    return request === undefined ? c.html(errorPage(), 400) : c.html(requestPage(request))
  })
  page.post('/', async (c) => {
    const request = read(c.req.url)
    const { decision, user } = await c.req.parseBody()
    if (request === undefined || typeof user !== 'string' || !ID_PATTERN.test(user)) return c.html(errorPage(), 400)
    const { grantableScopes = request.scopes } = options.refresh ?? {}
    const scopes = request.scopes.filter((scope) => grantableScopes.includes(scope))
    const answer: Record<string, string> =
      decision === 'authorize' ? { code: codes.issue({ ...request, scopes, user }) } : { error: 'access_denied' }
    return c.redirect(callbackUrl(request, answer), 303)
  })
  return page
}

function callbackUrl({ redirectUri, state }: AuthorizationRequest, answer: Record<string, string>): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...answer, state })) url.searchParams.set(name, value)
  return url.href
}

function requestPage({ clientId, scopes, redirectUri }: AuthorizationRequest): Html {
  return authorizeLayout(
    'Sign in with X (emulated)',
    html`
<p>The app <code>${clientId}</code> asks for access to an X account:</p>
<ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<p>You return to ${redirectUri}.</p>
<form method="post">
<label>Id of the user <input name="user" value="${DEFAULT_USER}" inputmode="numeric" required pattern="[0-9]{1,19}"></label>
<button name="decision" value="authorize">Authorize app</button>
<button name="decision" value="cancel">Cancel</button>
</form>`,
  )
}

/** X says no more than this, whatever is wrong with the request. */
function errorPage(): Html {
  return authorizeLayout(
    'Something went wrong',
    html`<p>You weren’t able to give access to the App. Go back and try logging in again.</p>`,
  )
}
