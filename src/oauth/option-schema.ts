import * as z from 'zod/mini'
import { baseUrl, func, hasMethods, isBaseUrl, logOption, valid } from '../lib/option-checks.ts'
import { parseOptions } from '../lib/parse-options.ts'
import { secretMistake, type TicketKeys, ticketKeys } from '../status-ticket.ts'
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

interface BeforeAuthorizeUrl extends Omit<XSignInSettings, 'authorizeUrl'> {
  authorizeUrl?: string | undefined
}

const X_API_URL = 'https://api.x.com'
const AUTHORIZE_PATH = '/i/oauth2/authorize'

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
    const message = secretMistake(value, 'or a list of such strings')
    context.issues.push({ code: 'custom', message, input: value, continue: true })
    return z.NEVER
  }),
)

const signInOptions: z.ZodMiniType<BeforeAuthorizeUrl> = z.strictObject({
  clientId: credential,
  clientSecret: z.optional(credential),
  redirectUri: valid<string>(
    (value) => callbackUrlMistake(value) === undefined,
    (value) => callbackUrlMistake(value) ?? '',
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
  authorizeUrl: z.optional(baseUrl),
  apiBaseUrl: z._default(baseUrl, X_API_URL),
  subject: z.optional(func<NonNullable<XSignInOptions['subject']>>()),
  log: logOption,
})

/**
 * Which rule a callback URL breaks, as the rest of a sentence. X accepts `http` for this machine only.
 * https://docs.x.com/fundamentals/developer-apps#callback-urls
 */
export function callbackUrlMistake(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be the URL of the /callback route'
  if (!isBaseUrl(value)) return `must be an http(s) URL without credentials, query or fragment, ${not(value)}`
  const { protocol, hostname, pathname } = new URL(value)
  const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|(?:.+\.)?localhost)$/.test(hostname)
  if (protocol === 'http:' && !isLoopback)
    return `must begin with https://, unless the host is 127.0.0.1, ${not(value)}`
  return pathname.endsWith('/callback') ? undefined : `must end with /callback, ${not(value)}`
}

/** The URL is no secret, unless it has credentials. */
function not(url: string): string {
  return `not ${JSON.stringify(url.replace(/\/\/[^/]*@/, '//…@'))}`
}

/** Reads the options of `xSignIn`. Throws one `TypeError` that lists everything wrong with them. */
export function parseSignInOptions(options: unknown): XSignInSettings {
  const { authorizeUrl, ...settings } = parseOptions(signInOptions, options)
  return { ...settings, authorizeUrl: authorizeUrl ?? authorizeUrlFor(settings.apiBaseUrl) }
}

/** X has its page on another host than its API; the emulator has both on one. */
function authorizeUrlFor(apiBaseUrl: string): string {
  return (apiBaseUrl === X_API_URL ? 'https://x.com' : apiBaseUrl) + AUTHORIZE_PATH
}
