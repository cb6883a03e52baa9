import { XMediaError } from '../errors.ts'

/** Why a token is asked for: the first time, or because X answered 401 to the one before. */
export type TokenReason = 'initial' | 'unauthorized'

export interface TokenRequest {
  /** `unauthorized` when X refused the token given before: give another one. */
  reason: TokenReason
  /** The token that X refused. */
  refused?: string
}

export type TokenSource = (ask: TokenRequest) => string | undefined | Promise<string | undefined>

/** The token of one upload: asked for once, and once more for each token that X refuses. */
export interface CachedToken {
  current(): Promise<string>
  /** A token other than the refused one; concurrent refusals of the same token ask the source once. */
  renewed(refused: string): Promise<string>
}

export function cacheToken(source: TokenSource): CachedToken {
  let held: Promise<string> | undefined
  let renewing: { refused: string; token: Promise<string> } | undefined

  return {
    current: () => {
      held ??= obtain(source, { reason: 'initial' })
      return held
    },
    renewed(refused) {
      if (renewing?.refused !== refused) {
        renewing = { refused, token: obtain(source, { reason: 'unauthorized', refused }) }
        held = renewing.token
      }
      return renewing.token
    },
  }
}

async function obtain(source: TokenSource, ask: TokenRequest): Promise<string> {
  let token: string | undefined
  try {
    token = await source(ask)
  } catch (error) {
    if (error instanceof XMediaError) throw error
    throw new XMediaError('token_unavailable', 'The server could not obtain its X token.', { cause: error })
  }
  // RFC 6750 section 2.1: what a bearer token may consist of; anything else could break out of the header.
  if (token === undefined || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new XMediaError('token_unavailable', 'The server has no usable X token.')
  }
  return token
}
