import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type ClientAuth,
  calculatePKCECodeChallenge,
  None,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'
import type { Clock } from '../lib/clock.ts'
import type { UserTokens } from './accounts.ts'
import { SignInFailure } from './failure.ts'
import type { XSignInSettings } from './option-schema.ts'

/** What must be the same at the end of a sign-in as at its start. */
export interface Proof {
  state: string
  /** RFC 7636 */
  verifier: string
}

/** Speaks to X's OAuth endpoints. Throws a `SignInFailure`. */
export interface OAuthClient {
  /** The page on which X asks the user. */
  authorizeUrl(proof: Proof): Promise<string>
  /** Exchanges the code in the parameters of the callback. Resolves to the tokens, and the scopes that they have. */
  exchange(parameters: URLSearchParams, proof: Proof): Promise<{ tokens: UserTokens; scopes: readonly string[] }>
  refresh(refreshToken: string): Promise<UserTokens>
  /** Revokes both tokens, because X does not say whether one takes the other along. */
  revoke(tokens: UserTokens): Promise<void>
}

/** The time limit for a call, milliseconds. */
const TIMEOUT_MS = 15_000

/** Lifetime of X's access tokens, for an answer that does not state it, seconds. */
const DEFAULT_LIFETIME_SECS = 7200

/** Where X is, and which app calls it. */
export type OAuthSettings = Pick<
  XSignInSettings,
  'clientId' | 'clientSecret' | 'redirectUri' | 'scopes' | 'authorizeUrl' | 'apiBaseUrl'
>

export function createOAuthClient(
  { clientId, clientSecret, redirectUri, scopes, authorizeUrl, apiBaseUrl }: OAuthSettings,
  clock: Pick<Clock, 'now'>,
): OAuthClient {
  const server: AuthorizationServer = {
    issuer: new URL(authorizeUrl).origin,
    token_endpoint: `${apiBaseUrl}/2/oauth2/token`,
    revocation_endpoint: `${apiBaseUrl}/2/oauth2/revoke`,
  }
  const client = { client_id: clientId }
  const authenticate = clientSecret === undefined ? None() : rawBasic(clientId, clientSecret)
  const callX = <Answer>(send: () => Promise<Response>, read: (response: Response) => Promise<Answer>) =>
    readAnswer(send, read, clientSecret !== undefined)
  const requestOptions = () => ({
    signal: AbortSignal.timeout(TIMEOUT_MS),
    [allowInsecureRequests]: apiBaseUrl.startsWith('http:'),
  })

  function readTokens(answer: TokenEndpointResponse, previous?: string): UserTokens {
    const { access_token: accessToken, refresh_token: refreshToken = previous, expires_in } = answer
    const expiresAt = clock.now() + (expires_in ?? DEFAULT_LIFETIME_SECS) * 1000
    return { accessToken, ...(refreshToken === undefined ? {} : { refreshToken }), expiresAt }
  }

  return {
    async authorizeUrl({ state, verifier }) {
      const url = new URL(authorizeUrl)
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        state,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      return url.href
    },
    async exchange(parameters, { state, verifier }) {
      const checked = checkCallback(() => validateAuthResponse(server, client, parameters, state), parameters)
      const answer = await callX(
        () =>
          authorizationCodeGrantRequest(server, client, authenticate, checked, redirectUri, verifier, requestOptions()),
        (response) => processAuthorizationCodeResponse(server, client, response),
      )
      // RFC 6749 section 5.1: the scopes are those that were asked for unless the answer states them.
      return { tokens: readTokens(answer), scopes: answer.scope?.split(' ') ?? scopes }
    },
    async refresh(refreshToken) {
      const answer = await callX(
        () => refreshTokenGrantRequest(server, client, authenticate, refreshToken, requestOptions()),
        (response) => processRefreshTokenResponse(server, client, response),
      )
      return readTokens(answer, refreshToken)
    },
    async revoke({ accessToken, refreshToken }) {
      const revokeOne = (token: string) =>
        callX(() => revocationRequest(server, client, authenticate, token, requestOptions()), processRevocationResponse)
      await Promise.all([accessToken, refreshToken].flatMap((token) => (token === undefined ? [] : [revokeOne(token)])))
    },
  }
}

/**
 * X's own samples show the secret as it is. The library would escape the `-` and `_` of X's secrets, as RFC 6749 section
 * 2.3.1 asks.
 */
function rawBasic(clientId: string, clientSecret: string): ClientAuth {
  const credentials = btoa(`${clientId}:${clientSecret}`)
  return (_server, _client, _body, headers) => headers.set('authorization', `Basic ${credentials}`)
}

function checkCallback<Checked>(check: () => Checked, parameters: URLSearchParams): Checked {
  const error = parameters.get('error')
  if (error === 'access_denied') throw new SignInFailure('denied', 'The user denied access.')
  try {
    const checked = check()
    if (parameters.has('code')) return checked
  } catch {
    // What is wrong with the parameters is not worth more than this: they come from the browser.
  }
  const reason = /^\w{1,40}$/.test(error ?? '') ? `with the error ${error}` : 'without a code'
  throw new SignInFailure('unavailable', `X sent the user back ${reason}.`)
}

/** Sends a request and reads its answer. No error of the library gets out: its causes contain answers with tokens. */
async function readAnswer<Answer>(
  send: () => Promise<Response>,
  read: (response: Response) => Promise<Answer>,
  hasSecret: boolean,
): Promise<Answer> {
  let status: number | undefined
  try {
    const response = await send()
    status = response.status
    return await read(response)
  } catch (error) {
    throw failureOf(status, error instanceof ResponseBodyError ? error.error : undefined, hasSecret)
  }
}

/** RFC 6749 section 5.2, and what X makes of it: `invalid_request` for tokens that it does not know. */
function failureOf(status: number | undefined, error: string | undefined, hasSecret: boolean): SignInFailure {
  if (status === undefined) return new SignInFailure('unavailable', 'X could not be reached.')
  if (status === 401 || error === 'invalid_client' || error === 'unauthorized_client') {
    const sent = hasSecret ? 'A secret was sent.' : 'No secret was sent.'
    const detail = `X refused the client id or the client secret. ${sent} Both are at console.x.com, under Keys.`
    return new SignInFailure('client_refused', detail)
  }
  if (status === 400) return new SignInFailure('refused', 'X refused the code or the refresh token.')
  return new SignInFailure('unavailable', `X sent an answer that cannot be used (${status}).`)
}
