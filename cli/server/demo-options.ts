import { isPort } from '../../adapters/port.ts'
import type { LimitOptions, Store, XApiOptions, XMediaOptions } from '../../src/index.ts'
import { isBaseUrl } from '../../src/lib/option-checks.ts'
import { mediaRules, type TransformImage } from '../../src/media/index.ts'
import { MIN_SECRET_BYTES } from '../../src/status-ticket.ts'
import { invalidToken } from '../../src/x/token-form.ts'
import { ExplainedError } from '../explained-error.ts'

/** The environment that every example server reads; see the table in CONTRIBUTING.md. */
export type DemoEnv = Readonly<Record<string, string | undefined>>

/**
 * The options of an example server. It trusts the subject that a request names, which only a demo may do. Throws a
 * `ExplainedError` for a variable that is missing or cannot work.
 */
export function demoOptions(env: DemoEnv, store?: Store, transform?: TransformImage): XMediaOptions {
  const header = env['DEMO_SUBJECT_HEADER'] ?? 'x-demo-user'
  return {
    token: readToken(env),
    secret: readSecret(env),
    authorize(c) {
      const subject = c.req.header(header)
      return subject ? { subject } : null
    },
    compat: true,
    media: mediaRules(transform ? { transform } : {}),
    ...(store && { store }),
    // Nobody signs in by cookie here, so no page can act in a user's name.
    http: { origins: '*', doctor: true },
    x: xOptions(env),
    limits: limitOptions(env),
  }
}

/** The token. Throws an `ExplainedError` if it is missing, or cannot be one. */
export function readToken({ X_BEARER_TOKEN: token }: DemoEnv): string {
  if (!token) {
    throw new ExplainedError('X_BEARER_TOKEN is not set. Get a token with `npx hono-x-media login --env .env`.')
  }
  const mistake = invalidToken(token)
  if (mistake !== undefined) throw new ExplainedError(`X_BEARER_TOKEN ${mistake}.`)
  return token
}

/** Makes a key that is long enough. */
const MAKE_SECRET = 'Make one with `openssl rand -base64 32`'

/** The key for tickets. Throws an `ExplainedError` if it is missing or too short. */
export function readSecret({ X_MEDIA_SECRET: secret }: DemoEnv): string {
  if (!secret) throw new ExplainedError(`X_MEDIA_SECRET is not set. ${MAKE_SECRET}.`)
  const bytes = new TextEncoder().encode(secret).length
  if (bytes >= MIN_SECRET_BYTES) return secret
  throw new ExplainedError(`X_MEDIA_SECRET has ${bytes} bytes, but needs at least ${MIN_SECRET_BYTES}. ${MAKE_SECRET}.`)
}

/** How to call X. What the environment does not set keeps its default. */
function xOptions(env: DemoEnv): XApiOptions {
  const { X_API_BASE_URL: baseUrl, X_API_DIALECT: dialect } = env
  const segmentBytes = readWhole(env, 'X_MEDIA_SEGMENT_BYTES')
  const concurrency = readWhole(env, 'X_MEDIA_CONCURRENCY')
  const oneShotBytes = readWhole(env, 'X_MEDIA_ONE_SHOT_BYTES')
  const options: XApiOptions = {}
  if (baseUrl && !isBaseUrl(baseUrl))
    throw new ExplainedError('X_API_BASE_URL must be a URL such as https://api.x.com.')
  if (baseUrl) options.baseUrl = baseUrl
  if (dialect === 'resource' || dialect === 'command') options.dialect = dialect
  else if (dialect) throw new ExplainedError(`X_API_DIALECT must be resource or command, not ${dialect}.`)
  if (segmentBytes !== undefined) options.segmentBytes = segmentBytes
  if (concurrency !== undefined) options.concurrency = concurrency
  if (oneShotBytes !== undefined) options.oneShotBytes = oneShotBytes
  return options
}

function limitOptions(env: DemoEnv): LimitOptions {
  const uploadBytes = readWhole(env, 'X_MEDIA_MAX_BYTES')
  return uploadBytes === undefined ? {} : { uploadBytes }
}

/** A number in a variable; undefined if it is not set. */
function readWhole(env: DemoEnv, name: string): number | undefined {
  const text = env[name]
  if (!text) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new ExplainedError(`${name} must be a whole number, not ${text}.`)
}

/** The port to listen on. Throws a `ExplainedError` for one that cannot exist. */
export function readPort({ PORT: text }: DemoEnv, byDefault = 8787): number {
  const port = text ? Number(text) : byDefault
  if (isPort(port)) return port
  throw new ExplainedError(`The port must be a number from 0 to 65535, not ${text}.`)
}
