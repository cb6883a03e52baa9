import { XMediaError } from '../errors.ts'
import { invalidToken } from './token-form.ts'

/** Why a token is requested: it is the first one, or X answered 401 to the last one. */
export type TokenReason = 'initial' | 'unauthorized'

export interface TokenRequest {
  /** `unauthorized` after X refused a token: return a different one, or undefined if there is none. */
  reason: TokenReason
  /** The token that X refused. */
  refused?: string
}

export type TokenSource = (request: TokenRequest) => string | undefined | Promise<string | undefined>

/** The token of one upload. The source is asked for the first one, and for a new one after each that X refuses. */
export interface CachedToken {
  /** The token itself once it is known: waiting for it costs a timer. */
  current(): string | Promise<string>
  /** Replaces the token that X refused. Concurrent calls about the same token ask the source once. */
  renew(refused: string): Promise<string>
}

/**
 * Both methods reject with `token_unavailable` when the source throws, or returns no valid bearer token. A source that has
 * no other token than the refused one returns that, or undefined.
 */
export function cacheToken(source: TokenSource): CachedToken {
  let cached: string | Promise<string> | undefined
  let renewal: { refused: string; token: Promise<string> } | undefined

  function keep(reading: Promise<string>): Promise<string> {
    cached = reading
    reading.then(
      (token) => {
        if (cached === reading) cached = token
      },
      // Whoever waits for it fails with the error.
      () => {},
    )
    return reading
  }

  return {
    current: () => cached ?? keep(readToken(source, { reason: 'initial' })),
    renew(refused) {
      if (renewal?.refused !== refused) {
        renewal = { refused, token: keep(readToken(source, { reason: 'unauthorized', refused })) }
      }
      return renewal.token
    },
  }
}

async function readToken(source: TokenSource, request: TokenRequest): Promise<string> {
  let token: unknown
  try {
    token = await source(request)
  } catch (error) {
    if (error instanceof XMediaError) throw error
    throw new XMediaError('token_unavailable', 'The server could not get its X token.', { cause: error })
  }
  const mistake = typeof token === 'string' ? invalidToken(token) : `is ${typeof token}`
  // Any other character could end the header line.
  if (typeof token === 'string' && mistake === undefined) return token
  // Without another token, X's refusal stands.
  if (token === undefined && request.refused !== undefined) return request.refused
  throw new XMediaError('token_unavailable', 'The server has no valid X token.', {
    cause: new TypeError(`The X token ${mistake}.`),
  })
}
