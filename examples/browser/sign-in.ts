/** Sign in with X. Those who have not signed in post from the account of the server. */

import { type Context, Hono } from 'hono'
import { readSecret } from '../../cli/server/demo-options.ts'
import type { Demo } from '../../cli/server/serve-demo.ts'
import { memoryStore, type Principal, type XMediaOptions } from '../../src/index.ts'
import { type XSignIn, xSignIn } from '../../src/oauth/index.ts'
import type { Destination } from './layout.ts'
import { accountName, type XAccount } from './x-account.ts'

export interface DemoSignIn {
  /** For `/auth`. */
  routes: Hono
  /** For `xMedia`. */
  access: Pick<XMediaOptions, 'authorize' | 'token'>
  /** The account that a request posts to. */
  account(c: Context): Promise<XAccount>
  destination(c: Context): Promise<Destination>
}

/** Tells users who have signed in from other users of the server. */
const SIGNED_IN = 'x-user-'

export function createSignIn({ env, options, url, emulator }: Demo): DemoSignIn {
  const server: XAccount = {
    baseUrl: env['X_API_BASE_URL'] || 'https://api.x.com',
    token: env['X_BEARER_TOKEN'] ?? '',
  }
  const usernames = new Map<string, string>()
  const x = createXSignIn()
  let nameOfServer: Promise<string | undefined> | undefined

  function createXSignIn(): XSignIn | undefined {
    const { X_CLIENT_ID: clientId = emulator && 'emulated', X_CLIENT_SECRET: clientSecret } = env
    if (!clientId) return undefined
    return xSignIn({
      clientId,
      ...(clientSecret && { clientSecret }),
      redirectUri: `${url}/auth/callback`,
      // A restart signs everyone out.
      store: memoryStore(),
      secret: readSecret(env),
      apiBaseUrl: server.baseUrl,
      ...(emulator && { authorizeUrl: `${server.baseUrl}/i/oauth2/authorize` }),
      subject(_, { id, username }) {
        usernames.set(id, `@${username}`)
        return SIGNED_IN + id
      },
    })
  }

  async function signedInUser(c: Context): Promise<string | undefined> {
    return (await x?.access.authorize(c))?.subject
  }

  /** The user whom a request names. It may name one who has signed in only while X is emulated: for copied commands. */
  async function namedUser(c: Context): Promise<Principal | null> {
    const named = await options.authorize(c)
    return emulator || !named?.subject.startsWith(SIGNED_IN) ? (named ?? null) : null
  }

  return {
    routes: x?.routes ?? new Hono(),
    access: {
      authorize: async (c) => (await x?.access.authorize(c)) ?? (await namedUser(c)),
      token: ({ principal: { subject }, reason, refused }) =>
        x && subject.startsWith(SIGNED_IN)
          ? x.tokenFor(subject, { reason, ...(refused && { refused }) })
          : server.token,
    },
    async account(c) {
      const subject = await signedInUser(c)
      return x && subject ? { ...server, token: await x.tokenFor(subject) } : server
    },
    async destination(c) {
      const subject = await signedInUser(c)
      if (!subject) nameOfServer ??= accountName(server)
      return {
        isEmulated: emulator !== undefined,
        subject,
        account: subject ? usernames.get(subject.slice(SIGNED_IN.length)) : await nameOfServer,
        // Absolute: the cookies are for this host, which may have other names too.
        ...(x && { sessionUrl: `${url}/auth/${subject ? 'logout' : 'login'}` }),
      }
    },
  }
}
