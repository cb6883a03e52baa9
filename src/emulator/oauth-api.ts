/** X's OAuth endpoints for apps: `POST /2/oauth2/token` and `POST /2/oauth2/revoke`. */

import { encodeBase64Url } from 'hono/utils/encode'
import type { ApiCall } from './api-call.ts'
import { type ApiError, jsonResponse, oauthError } from './api-responses.ts'
import type { Authorization } from './authorization-codes.ts'
import type { EmulatorState } from './emulator-state.ts'
import type { TokenAnswer } from './tokens.ts'

type Form = Record<string, unknown>

/** `POST /2/oauth2/token` */
export async function grantTokens(state: EmulatorState, { headers, body }: ApiCall): Promise<Response> {
  const clientId = requireClient(state, headers, body.fields)
  const grantType = body.fields['grant_type']
  if (grantType === 'authorization_code') return jsonResponse(await exchangeCode(state, clientId, body.fields))
  if (grantType === 'refresh_token') return jsonResponse(refreshTokens(state, body.fields))
  throw invalidRequest('Value passed for the grant_type was invalid.')
}

/** `POST /2/oauth2/revoke` */
export function revokeToken(state: EmulatorState, { headers, body }: ApiCall): Response {
  requireClient(state, headers, body.fields)
  state.tokens.revoke(required(body.fields, 'token'))
  return jsonResponse({ revoked: true })
}

async function exchangeCode({ codes, tokens }: EmulatorState, clientId: string, form: Form): Promise<TokenAnswer> {
  const [code, redirectUri, verifier] = ['code', 'redirect_uri', 'code_verifier'].map((name) => required(form, name))
  const authorization = codes.take(code ?? '')
  if (authorization?.clientId !== clientId) {
    throw invalidRequest('Value passed for the authorization code was invalid.')
  }
  if (authorization.redirectUri !== redirectUri) {
    throw invalidRequest('Value passed for the redirect uri did not match the uri of the authorization code.')
  }
  if (!(await isVerified(authorization, verifier ?? ''))) {
    throw invalidRequest('Value passed for the code verifier did not match the code challenge.')
  }
  return tokens.issue(authorization.user, authorization.scopes)
}

function refreshTokens({ tokens }: EmulatorState, form: Form): TokenAnswer {
  const answer = tokens.refresh(required(form, 'refresh_token'))
  if (answer === undefined) throw invalidRequest('Value passed for the token was invalid.')
  return answer
}

/** RFC 7636 section 4.6 */
async function isVerified({ challenge, challengeMethod }: Authorization, verifier: string): Promise<boolean> {
  if (challengeMethod === 'plain') return verifier === challenge
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return encodeBase64Url(hash).replace(/=+$/, '') === challenge
}

/** The id of the client that sends a request: by HTTP Basic if it is confidential, in the form if it is public. */
function requireClient({ options }: EmulatorState, headers: Headers, form: Form): string {
  const { clientId, clientSecret } = options.refresh ?? {}
  const basic = /^Basic (\S+)$/.exec(headers.get('authorization') ?? '')?.[1]
  if (clientSecret !== undefined) {
    if (basic !== btoa(`${clientId ?? ''}:${clientSecret}`)) throw unknownClient()
    return clientId ?? ''
  }
  if (basic !== undefined) return basicClientId(basic)
  const named = form['client_id']
  if (typeof named !== 'string' || (clientId !== undefined && named !== clientId)) throw unknownClient()
  return named
}

function basicClientId(credentials: string): string {
  try {
    return atob(credentials).split(':', 1)[0] ?? ''
  } catch {
    throw unknownClient()
  }
}

function required(form: Form, name: string): string {
  const value = form[name]
  if (typeof value !== 'string' || value === '') throw invalidRequest(`Missing required parameter [${name}].`)
  return value
}

function unknownClient(): ApiError {
  return oauthError(401, 'unauthorized_client', 'Missing valid authorization header')
}

function invalidRequest(description: string): ApiError {
  return oauthError(400, 'invalid_request', description)
}
