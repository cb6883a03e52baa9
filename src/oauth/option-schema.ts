import * as z from 'zod/mini'
import { baseUrl, func, hasMethods, isBaseUrl, logOption, valid } from '../lib/option-checks.ts'
import { parseOptions } from '../lib/parse-options.ts'
import { MIN_SECRET_BYTES, type TicketKeys, ticketKeys } from '../status-ticket.ts'
import type { XSignInOptions } from './options.ts'

/** The options of `xSignIn`, with their defaults. */
export interface XSignInSettings extends Pick<XSignInOptions, 'clientId' | 'redirectUri' | 'store'> {
  clientSecret?: string | undefined
  secret: TicketKeys
  scopes: readonly string[]
  authorizeUrl: string
  apiBaseUrl: string
  subject?: XSignInOptions['subject'] | undefined
  log?: XSignInOptions['log'] | undefined
}

/** `media.write` uploads. X tells who has signed in to tokens with the other two. */
export const REQUIRED_SCOPES: readonly string[] = ['media.write', 'users.read', 'tweet.read']

const DEFAULT_SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access']

/** Visible ASCII, and no colon, which would end the id in HTTP Basic. */
const credential = z
  .string()
  .check(z.regex(/^[!-9;-~]+$/, "must be copied from X's developer console, without spaces around it"))

const secret = z.pipe(
  z.unknown(),
  z.transform((value, context): TicketKeys => {
    const keys = ticketKeys(value)
    if (keys !== undefined) return keys
    const message = `must be a string of at least ${MIN_SECRET_BYTES} bytes, or a list of such strings`
    context.issues.push({ code: 'custom', message, input: value, continue: true })
    return z.NEVER
  }),
)

const signInOptions: z.ZodMiniType<XSignInSettings> = z.strictObject({
  clientId: credential,
  clientSecret: z.optional(credential),
  redirectUri: z
    .string()
    .check(
      z.refine(isCallbackUrl, 'must be the https URL of the /callback route; http is for 127.0.0.1 and localhost'),
    ),
  store: valid<XSignInOptions['store']>(
    (value) => hasMethods(value, 'get', 'compareAndSwap'),
    'must be an object with the methods get and compareAndSwap; Workers KV cannot compare and swap, so use Durable Objects',
  ),
  secret,
  scopes: z._default(
    z
      .array(z.string().check(z.regex(/^[\w.]+$/, 'must be the name of a scope, such as media.write')))
      .check(
        z.refine(
          (list) => REQUIRED_SCOPES.every((scope) => list.includes(scope)),
          `must contain ${REQUIRED_SCOPES.join(', ')}`,
        ),
      ),
    DEFAULT_SCOPES,
  ),
  authorizeUrl: z._default(baseUrl, 'https://x.com/i/oauth2/authorize'),
  apiBaseUrl: z._default(baseUrl, 'https://api.x.com'),
  subject: z.optional(func<NonNullable<XSignInOptions['subject']>>()),
  log: logOption,
})

/** X accepts `http` for this machine only. https://docs.x.com/fundamentals/developer-apps#callback-urls */
function isCallbackUrl(text: string): boolean {
  if (!isBaseUrl(text)) return false
  const { protocol, hostname, pathname } = new URL(text)
  const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|(?:.+\.)?localhost)$/.test(hostname)
  return (protocol === 'https:' || isLoopback) && pathname.endsWith('/callback')
}

/** Reads the options of `xSignIn`. Throws one `TypeError` that lists everything wrong with them. */
export function parseSignInOptions(options: unknown): XSignInSettings {
  return parseOptions(signInOptions, options)
}
