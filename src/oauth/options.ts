import type { Context, Env } from 'hono'
import type { LogOption } from '../lib/operator-log.ts'
import type { UndeclaredEnv } from '../options.ts'
import type { Store } from '../store/store.ts'

/** An account on X. */
export interface XUser {
  /** Never changes, unlike the other names. */
  id: string
  /** The name after the `@`. */
  username: string
  /** The name that the account shows. */
  name: string
}

/** The options of `xSignIn`. `E` is the app's own Hono environment: it types `c`. */
export interface XSignInOptions<E extends Env = UndeclaredEnv> {
  /** The OAuth 2.0 client ID of the app, from console.x.com. */
  clientId: string
  /** The client secret. Leave it out for a public client: a native or single page app. */
  clientSecret?: string
  /**
   * The URL of the `/callback` route as browsers see it, such as `https://app.example/auth/callback`. The app's settings at
   * console.x.com must list exactly this one. With `http`, the host must be this machine, such as `127.0.0.1`.
   */
  redirectUri: string
  /**
   * Where the users' tokens are kept, encrypted: the store of `xMedia`. It needs compare-and-swap, which Workers KV lacks,
   * because X's refresh tokens work once. With `memoryStore()`, everyone must sign in again after a restart.
   */
  store: Store
  /**
   * The key that tokens are encrypted with and cookies signed with: at least 32 bytes, the same on every instance. It can be
   * the secret of `xMedia`. To replace a key, give a list, `[new, old]`. Without the old key, everyone must sign in again.
   */
  secret: string | readonly string[]
  /**
   * What to ask users for. It must contain `media.write`, `users.read` and `tweet.read`; without `offline.access` a sign-in
   * lasts two hours. Default `tweet.read`, `tweet.write`, `users.read`, `media.write` and `offline.access`.
   */
  scopes?: readonly string[]
  /** Where X asks users for access. Default `https://x.com/i/oauth2/authorize`; with another `apiBaseUrl`, that path there. */
  authorizeUrl?: string
  /** Where X's API is; change it to use the emulator. Default `https://api.x.com`. */
  apiBaseUrl?: string
  /**
   * Links the X account to a user of the app's own, and returns that user's name. If it returns none, the sign-in is refused.
   * Default: the id of the X account.
   */
  subject?: (c: Context<E>, user: XUser) => string | null | undefined | Promise<string | null | undefined>
  /** Where lines go that an operator must see, as in `xMedia`. Default `console`. */
  log?: LogOption
}
