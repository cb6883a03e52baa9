/*
 * What the form of a token tells before X has seen it. X does not document the forms: they are from the samples in its
 * documentation, as of 2026-11. So they are worth a hint, and never decide anything.
 * https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
 */

/** Why a text cannot be sent as a bearer token, as the rest of a sentence; undefined when it can. RFC 6750 section 2.1 */
export function invalidToken(token: string): string | undefined {
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return undefined
  if (/^\s*bearer\s/i.test(token)) return 'begins with "Bearer ": leave that word out'
  if (token.trim() !== token) return 'has white space around it: remove it'
  return 'has characters that no bearer token has: copy it again'
}

const GET_USER_TOKEN = 'get a user’s token with `npx hono-x-media login`'

/** Why X will probably refuse a token for media, as the rest of a sentence; undefined when nothing suggests that. */
export function unsuitableToken(token: string): string | undefined {
  if (token.startsWith('AAAA')) {
    return `begins with AAAA, so it is the app’s own, and X accepts only users’ tokens for media: ${GET_USER_TOKEN}`
  }
  if (
    /^\d{5,20}-[A-Za-z0-9]{30,60}$/.test(token) ||
    /^[A-Za-z0-9]{25}(?:[A-Za-z0-9]{20}|[A-Za-z0-9]{25})?$/.test(token)
  ) {
    return `looks like a key of OAuth 1.0a (X’s v1.1), which this package does not use: ${GET_USER_TOKEN}`
  }
  const content = decodeToken(token)
  if (/:rt:\d+$/.test(content)) return 'is a refresh token: set the access token that came with it'
  if (isClientId(token)) return `is the client id of the app: ${GET_USER_TOKEN}`
  return undefined
}

/** Whether a text has the form of an OAuth 2.0 client ID. */
export function isClientId(text: string): boolean {
  return /:ci$/.test(decodeToken(text))
}

/** When X issued an access token, in epoch milliseconds; undefined when its form does not tell. */
export function tokenIssuedAt(token: string): number | undefined {
  const [, issuedAt] = /:(\d{13}):\d+:\d+:at:\d+$/.exec(decodeToken(token)) ?? []
  return issuedAt === undefined ? undefined : Number(issuedAt)
}

/** Tokens of OAuth 2.0 are a text in base64url. Empty for other tokens. */
function decodeToken(token: string): string {
  const digits = token
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '')
  // No base64, seen without the cost of an exception. https://infra.spec.whatwg.org/#forgiving-base64-decode
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits)) return ''
  return atob(digits)
}
