import { Hono } from 'hono'
import { type Store, type XMediaOptions, xMedia } from '../src/index.ts'

/** The environment that every example server reads; see the table in the README. */
export type DemoEnv = Readonly<Record<string, string | undefined>>

/** The options of an example server. Its sign-in is for demonstration only: whoever names a subject is believed. */
export function demoOptions(env: DemoEnv, store?: Store): XMediaOptions {
  const subjectHeader = env['DEMO_SUBJECT_HEADER'] ?? 'x-demo-user'
  const { X_BEARER_TOKEN: token, X_MEDIA_SECRET: secret, X_API_BASE_URL: apiBaseUrl } = env
  if (!token)
    throw new TypeError('X_BEARER_TOKEN is not set: it is the OAuth 2.0 user token with the scope media.write')
  if (!secret) throw new TypeError('X_MEDIA_SECRET is not set: it is the key for tickets, at least 32 bytes')
  return {
    token,
    secret,
    // No cookies here, so no page can act in another user's name.
    origins: '*',
    compat: true,
    authorize(c) {
      const subject = c.req.header(subjectHeader)
      return subject ? { subject } : null
    },
    ...(store ? { store } : {}),
    ...(apiBaseUrl ? { apiBaseUrl } : {}),
    ...dialectOf(env['X_API_DIALECT']),
    ...numberOf('segmentBytes', env['X_MEDIA_SEGMENT_BYTES']),
    ...numberOf('concurrency', env['X_MEDIA_CONCURRENCY']),
    ...numberOf('maxBytes', env['X_MEDIA_MAX_BYTES']),
  }
}

export function createDemo(env: DemoEnv, store?: Store): Hono {
  return new Hono().route('/media', xMedia(demoOptions(env, store)))
}

function dialectOf(name: string | undefined): Pick<XMediaOptions, 'dialect'> {
  if (!name) return {}
  if (name === 'resource' || name === 'command') return { dialect: name }
  throw new TypeError(`X_API_DIALECT must be resource or command, not ${name}`)
}

function numberOf<Name extends string>(name: Name, text: string | undefined): { [Key in Name]?: number } | object {
  return text ? { [name]: Number(text) } : {}
}
