import type { Context } from 'hono'
import { deleteCookie, getCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import type { Clock } from '../lib/clock.ts'
import { isRecord } from '../lib/is-record.ts'
import type { Session } from './accounts.ts'
import type { Keyring, Keys } from './keyring.ts'
import type { Proof } from './oauth-client.ts'

/** A sign-in that has started in a browser. */
export interface PendingSignIn extends Proof {
  /** Where the browser goes afterwards. */
  returnTo: string
}

/** The cookies of a browser. All are signed and expire here as well as in the browser. */
export interface SignInCookies {
  startSignIn(c: Context, signIn: PendingSignIn): Promise<void>
  /** The sign-in with this state, which ends here; undefined when this browser has not started it. */
  takeSignIn(c: Context, state: string): Promise<PendingSignIn | undefined>
  setSession(c: Context, session: Session): Promise<void>
  session(c: Context): Promise<Session | undefined>
  clearSession(c: Context): void
}

/** Each sign-in has a cookie of its own, named by its state, so that a second tab does not overwrite the first one's. */
const SIGN_IN_PREFIX = 'x_sign_in_'
const SIGN_IN_SECS = 600

/** The most sign-ins that a browser can have started: their cookies travel with every request. */
const MAX_SIGN_INS = 5

const SESSION = 'x_session'
const SESSION_SECS = 30 * 24 * 60 * 60

/** @param isSecure Whether browsers reach the app by HTTPS. */
export function createSignInCookies(keyring: Keyring, clock: Pick<Clock, 'now'>, isSecure: boolean): SignInCookies {
  const attributes: CookieOptions = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure,
    // No other host of the domain can set such a cookie.
    ...(isSecure ? { prefix: 'host' } : {}),
  }
  const namePrefix = isSecure ? '__Host-' : ''

  async function write(c: Context, name: string, use: Use, value: object, maxAge: number): Promise<void> {
    const [keys] = await keyring()
    const text = JSON.stringify({ ...value, expiresAt: clock.now() + maxAge * 1000 })
    await setSignedCookie(c, name, text, keys[use], { ...attributes, maxAge })
  }

  async function read(c: Context, name: string, use: Use): Promise<Record<string, unknown>> {
    for (const keys of await keyring()) {
      const text = await getSignedCookie(c, keys[use], namePrefix + name)
      const value: unknown = text ? JSON.parse(text) : undefined
      if (isRecord(value) && Number(value['expiresAt']) > clock.now()) return value
    }
    return {}
  }

  /** Browsers send the oldest cookie first. RFC 6265 section 5.4 */
  function forgetOldSignIns(c: Context): void {
    const names = Object.keys(getCookie(c)).filter((name) => name.startsWith(namePrefix + SIGN_IN_PREFIX))
    for (const name of names.slice(0, -MAX_SIGN_INS + 1)) deleteCookie(c, name.slice(namePrefix.length), attributes)
  }

  return {
    async startSignIn(c, signIn) {
      forgetOldSignIns(c)
      await write(c, SIGN_IN_PREFIX + signIn.state, 'signIn', signIn, SIGN_IN_SECS)
    },
    async takeSignIn(c, state) {
      // Any other text could not be part of a cookie's name.
      if (!/^[\w-]{1,100}$/.test(state)) return undefined
      const { verifier, returnTo, ...found } = await read(c, SIGN_IN_PREFIX + state, 'signIn')
      deleteCookie(c, SIGN_IN_PREFIX + state, attributes)
      const isGenuine = found['state'] === state && typeof verifier === 'string' && typeof returnTo === 'string'
      return isGenuine ? { state, verifier, returnTo } : undefined
    },
    setSession: (c, session) => write(c, SESSION, 'session', session, SESSION_SECS),
    async session(c) {
      const { subject, session } = await read(c, SESSION, 'session')
      return typeof subject === 'string' && typeof session === 'string' ? { subject, session } : undefined
    },
    clearSession: (c) => void deleteCookie(c, SESSION, attributes),
  }
}

/** The keys that sign cookies. */
type Use = Exclude<keyof Keys, 'tokens'>
