import type { Context, Env } from 'hono'
import type { CheckedMedia } from './ingress/media-type.ts'
import type { QuotaOptions, QuotaUse } from './store/quota.ts'
import type { Store } from './store/store.ts'
import type { RetryOptions } from './x/call-with-retries.ts'
import type { DialectName } from './x/dialects/dialect.ts'
import type { OnEvent } from './x/events.ts'
import type { MediaCategory } from './x/limits.ts'
import type { TokenRequest, TokenSource } from './x/token.ts'
import type { Fetch } from './x/transport.ts'

/** Who sent a request, as the app's own sign-in knows them. */
export interface Principal {
  /** The user, by whatever name the app uses. Media, uploads and tickets belong to it. Not empty. */
  subject: string
  /** This user's own X token, where every user has an X account; used instead of `options.token`. */
  token?: string
  /** This user's own limits, where they differ from everybody's. */
  limits?: PrincipalLimits
}

/** Limits of one user. They follow the names of `options.limits`. */
export interface PrincipalLimits {
  /** Largest upload, bytes; `options.limits.uploadBytes` still applies. */
  uploadBytes?: number
  /** Uploads at once. */
  uploads?: number
  /** Uploads and bytes per period; counts only where `options.limits.quota` is set. */
  quota?: Partial<QuotaUse>
}

/** Hono's own default: an environment whose names nobody declared. */
export type UndeclaredEnv = Context extends Context<infer E> ? E : never

/** What is known of a file before X hears of it. */
export interface InspectedFile<E extends Env = UndeclaredEnv> extends CheckedMedia {
  totalBytes: number
  c: Context<E>
  principal: Principal
}

/** What the `token` option is called with. */
export interface HttpTokenRequest<E extends Env = UndeclaredEnv> extends TokenRequest {
  c: Context<E>
  principal: Principal
}

type Awaitable<T> = T | Promise<T>

/** One key, or the one that signs and others that are still valid. */
type Secret = string | readonly string[]

/** Writes one line for the operator. */
export type Log = (line: string) => void

/** The options of `xMedia` and `xMediaUpload`. `E` is the app's own Hono environment: it types `c`. */
export interface XMediaOptions<E extends Env = UndeclaredEnv> {
  /** The server-held OAuth 2.0 user token with the scope `media.write`, or a function that gets it for a request. */
  token: string | ((request: HttpTokenRequest<E>) => Awaitable<string | undefined>)
  /**
   * Says who sent a request; `null` refuses it with 401. Runs before a byte of the body is read, on every route but
   * `/openapi.json`.
   */
  authorize: (c: Context<E>) => Awaitable<Principal | null | undefined>
  /**
   * The key that signs tickets: at least 32 bytes, the same on every instance. To replace a key, give a list, `[new, old]`:
   * the first one signs, and tickets under any one are valid. Leave the old key out after a day, when the last ticket under
   * it has expired. A function gets the key or the list for a request. Clocks of instances may differ by up to 60 seconds.
   */
  secret: Secret | ((c: Context<E>) => Secret | undefined)
  /**
   * Where resumable uploads, uploads over X's own API, quotas and the owners of media are kept. Default: this instance's
   * memory, for uploads alone. Use a durable store wherever the next request may reach another instance, or the same one
   * after a restart.
   */
  store?: Store
  /** Whether to serve X's own media API too, below the mount's `/2/media`, for clients that speak it. Default false. */
  compat?: boolean
  /**
   * Looks at a file before X hears of it; a string refuses the file and goes to the client. Gets the first 4,100 bytes, or
   * the whole file, or `x.segmentBytes` if that is less. They match the media type by then, which proves nothing about
   * the rest.
   */
  inspect?: (head: Uint8Array<ArrayBuffer>, file: InspectedFile<E>) => Awaitable<string | undefined>
  /** Called with everything that happens to an upload; must not throw. */
  onEvent?: OnEvent
  /** Called with a line for everything an operator must see. Default `console.error`. */
  log?: Log
  http?: HttpOptions<E>
  x?: XApiOptions
  limits?: LimitOptions
}

/** How clients reach the mount. */
export interface HttpOptions<E extends Env = UndeclaredEnv> {
  /**
   * Other origins whose pages may upload (CORS), such as `https://app.example`. `'*'` allows any, and is only for apps that
   * do not sign in by cookie. Default: none but the server's own.
   */
  origins?: '*' | readonly string[]
  /**
   * The path of the mount as clients see it, where a proxy or another framework hides it. A function is called before
   * `authorize` too. Default: taken from the request's URL.
   */
  mountPath?: string | ((c: Context<E>) => string)
}

/** How to call X. */
export interface XApiOptions {
  /** Where X's API is. Default `https://api.x.com`. */
  baseUrl?: string
  /** Which generation of X's API to call. Default `resource`, the live one; X withdrew `command` in May 2025. */
  dialect?: DialectName
  /** Bytes per APPEND, 1 to 5,000,000. Default 4 MiB; smaller ones cost more calls against X's rate limit. */
  segmentBytes?: number
  /** APPENDs in flight per upload, 1 to 6. Default 3; each holds a segment in memory. Workers allow six connections. */
  concurrency?: number
  /**
   * Segments per upload, 1 to 1,000. Default 1,000, X's limit. Each is a call, and a Worker on the free plan may make 50
   * per request, retries included: 40 leaves room for those and the other steps, and allows 200 MB.
   * https://developers.cloudflare.com/workers/platform/limits/#subrequests
   */
  maxSegments?: number
  /**
   * Images up to this many bytes go in one call instead of three, 0 to 5,000,000. Default 0: none. Saves latency and rate
   * limit; only in the `resource` dialect.
   */
  oneShotBytes?: number
  /** How failed calls are repeated. Each member has its own default. */
  retry?: Partial<RetryOptions>
  /** Sends the calls. Default: the platform's `fetch`. */
  fetch?: Fetch
}

/** What an instance takes on. Beyond a limit a client gets a problem that names it. */
export interface LimitOptions {
  /** Largest upload, bytes. Default 5,000,000,000: 1,000 of the largest segments. */
  uploadBytes?: number
  /** Largest upload per category, bytes. Default: X's limits for an ordinary account; raise them for a Premium one. */
  categoryBytes?: Partial<Record<MediaCategory, number>>
  /** Uploads at once on this instance. Default 450: at 144 KiB each, the least an upload needs, they fill the memory. */
  uploads?: number
  /** Uploads at once of one subject. Default: half of `uploads`, so that nobody keeps everyone else out. */
  uploadsPerSubject?: number
  /** Resumable uploads, and uploads over X's own API, that a subject may create in an hour. Default 1,000. */
  creationsPerHour?: number
  /**
   * Resumable uploads that this instance keeps in memory, finished ones too, 1 to 50,000. Default 10,000: some 40 MiB, at 4
   * KiB each on average. For one more, the oldest without bytes is forgotten, or else the one that finished first; if there
   * is neither, the client gets `too_many_uploads`. Durable stores have no such limit: there, `creationsPerHour` and the
   * expiry bound the number. Uploads expire after an hour without bytes, and a day after their first ones.
   */
  sessions?: number
  /** Resumable uploads of one subject that this instance keeps in memory; its own are forgotten. Default 1,000. */
  sessionsPerSubject?: number
  /** Event streams at once on this instance. Default 1,000. */
  listeners?: number
  /** Event streams at once of one subject. Default 20. */
  listenersPerSubject?: number
  /** Longest time without a byte from the client, milliseconds. Default 30,000. */
  idleMs?: number
  /** Slowest average rate of a client, bytes a second; the first `idleMs` do not count. Default 500. */
  minBytesPerSec?: number
  /**
   * Memory for the segments of all uploads, bytes, at least 32 MiB. Default 64 MiB: half of what a Worker has. When it runs
   * short, segments shrink and fewer are in flight; an upload that finds no memory at all gets `overloaded`.
   */
  memoryBytes?: number
  /**
   * Longest time for one upload, or for one request of a resumable upload or of X's own API, milliseconds. Default
   * 3,600,000, one hour.
   */
  deadlineMs?: number
  /** What a subject may upload per period. Default: no quota. */
  quota?: QuotaOptions
}

/** The limits that also apply to uploads from the app itself. */
export type ClientLimitOptions = Pick<LimitOptions, 'uploadBytes' | 'categoryBytes' | 'memoryBytes' | 'deadlineMs'>

/** The options of `createXMedia`. */
export interface XMediaClientOptions {
  /** The OAuth 2.0 user token with the scope `media.write`, or a function that gets it. */
  token: string | TokenSource
  /** Called with everything that happens to an upload; must not throw. */
  onEvent?: OnEvent
  x?: XApiOptions
  limits?: ClientLimitOptions
}
