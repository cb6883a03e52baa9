/** The codes that X hands an app when a user has given it access. */

import type { AuthorizationRequest } from './authorization-request.ts'

/** What a code stands for. */
export interface Authorization extends AuthorizationRequest {
  /** The id of the user who gave access. */
  user: string
}

export interface AuthorizationCodes {
  issue(authorization: Authorization): string
  /** Spends a code; undefined when it is unknown, used or older than 30 s. */
  take(code: string): Authorization | undefined
  clear(): void
}

/** X's glossary: a code lives for 30 seconds. https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code */
const LIFETIME_MS = 30_000

export function createAuthorizationCodes(now: () => number): AuthorizationCodes {
  const codes = new Map<string, Authorization & { expiresAt: number }>()
  let issued = 0

  return {
    issue(authorization) {
      issued++
      const code = `emulator-code-${issued}`
      codes.set(code, { ...authorization, expiresAt: now() + LIFETIME_MS })
      return code
    },
    take(code) {
      const authorization = codes.get(code)
      codes.delete(code)
      return authorization !== undefined && authorization.expiresAt > now() ? authorization : undefined
    },
    clear: () => codes.clear(),
  }
}
