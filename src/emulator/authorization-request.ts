/** What an app asks for in the query of X's authorize page. */

import * as z from 'zod/mini'
import type { RefreshOptions } from './tokens.ts'

export interface AuthorizationRequest {
  clientId: string
  redirectUri: string
  scopes: string[]
  state: string
  challenge: string
  challengeMethod: 'S256' | 'plain'
}

/** https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code#scopes */
const SCOPES = [
  ...[
    'tweet.read',
    'tweet.write',
    'tweet.moderate.write',
    'users.email',
    'users.read',
    'follows.read',
    'follows.write',
  ],
  ...['offline.access', 'space.read', 'mute.read', 'mute.write', 'like.read', 'like.write', 'list.read', 'list.write'],
  ...['block.read', 'block.write', 'bookmark.read', 'bookmark.write', 'dm.read', 'dm.write', 'media.write'],
]

const query = z.object({
  response_type: z.literal('code'),
  client_id: z.string().check(z.minLength(1)),
  redirect_uri: z.url(),
  scope: z.string(),
  // X documents the upper limit.
  state: z.string().check(z.minLength(1), z.maxLength(500)),
  // RFC 7636 section 4.1
  code_challenge: z.string().check(z.regex(/^[\w.~-]{43,128}$/)),
  code_challenge_method: z.enum(['S256', 'plain']),
})

/** Undefined for a request that ends on X's error page. X does not send such users back to the app. */
export function readAuthorizationRequest(
  parameters: URLSearchParams,
  { clientId, redirectUris }: RefreshOptions = {},
): AuthorizationRequest | undefined {
  const { success, data } = query.safeParse(Object.fromEntries(parameters))
  if (!success) return undefined
  const scopes = data.scope.split(' ')
  if (!scopes.every((scope) => SCOPES.includes(scope))) return undefined
  if (clientId !== undefined && data.client_id !== clientId) return undefined
  if (redirectUris !== undefined && !redirectUris.includes(data.redirect_uri)) return undefined
  return {
    clientId: data.client_id,
    redirectUri: data.redirect_uri,
    scopes,
    state: data.state,
    challenge: data.code_challenge,
    challengeMethod: data.code_challenge_method,
  }
}
