import { Hono } from 'hono'
import { type LimitOptions, type Store, type XApiOptions, type XMediaOptions, xMedia } from '../src/index.ts'
import { mediaRules } from '../src/media/index.ts'
import { readCounters } from './counters.ts'

/** The environment that every example server reads; see the table in the README. */
export type DemoEnv = Readonly<Record<string, string | undefined>>

/** An example server: the package at `/media`. */
export function createDemo(env: DemoEnv, store?: Store): Hono {
  const options = demoOptions(env, store)
  const app = new Hono().route('/media', xMedia(options))
  if (env['DEMO_COUNTERS']) app.get('/counters', (c) => c.json(readCounters(options)))
  return app
}

/** The options of an example server. It trusts the subject that a request names, which only a demo may do. */
export function demoOptions(env: DemoEnv, store?: Store): XMediaOptions {
  const { X_BEARER_TOKEN: token, X_MEDIA_SECRET: secret, DEMO_SUBJECT_HEADER: header = 'x-demo-user' } = env
  if (!token) throw new TypeError('Set X_BEARER_TOKEN to an OAuth 2.0 user token with the scope media.write')
  if (!secret) throw new TypeError('Set X_MEDIA_SECRET to the key for tickets, at least 32 bytes')
  return {
    token,
    secret,
    authorize(c) {
      const subject = c.req.header(header)
      return subject ? { subject } : null
    },
    compat: true,
    media: mediaRules({}),
    ...(store && { store }),
    // Nobody signs in by cookie here, so no page can act in a user's name.
    http: { origins: '*' },
    x: xOptions(env),
    limits: limitOptions(env),
  }
}

/** How to call X. What the environment does not set keeps its default. */
function xOptions(env: DemoEnv): XApiOptions {
  const { X_API_BASE_URL: baseUrl, X_API_DIALECT: dialect } = env
  const { X_MEDIA_SEGMENT_BYTES: segmentBytes, X_MEDIA_CONCURRENCY: concurrency } = env
  const options: XApiOptions = {}
  if (baseUrl) options.baseUrl = baseUrl
  if (dialect === 'resource' || dialect === 'command') options.dialect = dialect
  else if (dialect) throw new TypeError(`X_API_DIALECT must be resource or command, not ${dialect}`)
  if (segmentBytes) options.segmentBytes = Number(segmentBytes)
  if (concurrency) options.concurrency = Number(concurrency)
  return options
}

function limitOptions({ X_MEDIA_MAX_BYTES: uploadBytes }: DemoEnv): LimitOptions {
  return uploadBytes ? { uploadBytes: Number(uploadBytes) } : {}
}
