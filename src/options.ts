import type { Context } from 'hono'
import { type CompatUploads, createCompatUploads } from './compat/upload-record.ts'
import { type Core, type CoreOptions, checkKind, createCore, range } from './core.ts'
import type { CheckedMedia } from './ingress/media-type.ts'
import type { PaceOptions } from './ingress/pace.ts'
import { type ConcurrencyLimit, createConcurrencyLimit } from './lib/concurrency-limit.ts'
import { createSessions, type Sessions } from './session/record.ts'
import { guardedStore } from './store/guarded-store.ts'
import { createOwners, type Owners } from './store/owners.ts'
import { createQuota, DEFAULT_PERIOD_SECS, type Quota, type QuotaOptions, type QuotaUse } from './store/quota.ts'
import { memoryStore, type Store } from './store/store.ts'
import { checkSecret } from './ticket.ts'
import type { TokenRequest } from './x/token.ts'

/** Who a request is from, as the app's own sign-in tells. */
export interface Principal {
  /** The user, however the app names users: media and tickets belong to it. Not empty. */
  subject: string
  /** The X token for this user's uploads, where each has an X account of its own; goes before `options.token`. */
  token?: string
  /** What this user may do, where that is not what everybody may. */
  limits?: PrincipalLimits
}

/** Limits of one user, where they are not everybody's. */
export interface PrincipalLimits {
  /** Largest upload, bytes; never more than `options.maxBytes`. */
  maxBytes?: number
  /** Uploads at once. */
  maxUploads?: number
  /** Uploads and bytes per period; counts only where `options.quota` is set. */
  quota?: Partial<QuotaUse>
}

/** A file as far as it is known before X is asked. */
export interface InspectedFile extends CheckedMedia {
  totalBytes: number
  c: Context
  principal: Principal
}

/** What a token is asked for with. */
export interface HttpTokenRequest extends TokenRequest {
  c: Context
  principal: Principal
}

type Awaitable<T> = T | Promise<T>

/** The options of `xMedia` and `xMediaUpload`. */
export interface XMediaOptions extends CoreOptions {
  /** The server-held OAuth 2.0 user token with the scope `media.write`, or how to get it for a request. */
  token: string | ((request: HttpTokenRequest) => Awaitable<string | undefined>)
  /**
   * Tells who a request is from; null refuses it with 401. Runs before a byte of the body is read, on every route
   * but `/openapi.json`.
   */
  authorize: (c: Context) => Awaitable<Principal | null | undefined>
  /** The key that signs tickets: at least 32 bytes, the same on every instance. */
  secret: string | ((c: Context) => string | undefined)
  /**
   * Looks at the first bytes of a file, 4100 or all, or `segmentBytes` where that is less, before X is asked; a string refuses it and is told to the client. The
   * signature fits the type by then, which proves nothing of the rest of the file.
   */
  inspect?: (head: Uint8Array<ArrayBuffer>, file: InspectedFile) => Awaitable<string | undefined>
  /** Uploads at once on this instance. Default 450: with the least that each needs, 144 KiB, they fill the memory. */
  maxUploads?: number
  /** Uploads at once of one subject. Default: half of `maxUploads`, so that nobody alone keeps the others out. */
  maxUploadsPerSubject?: number
  /** Event streams at once on this instance, each of which tells a client of one media. Default 1000. */
  maxListeners?: number
  /** Event streams at once of one subject. Default 20. */
  maxListenersPerSubject?: number
  /** Longest time without a byte from the client, milliseconds. Default 30,000. */
  idleTimeoutMs?: number
  /** Least bytes a second from the client, on the average, `idleTimeoutMs` being free. Default 500. */
  minBytesPerSec?: number
  /** Uploads that a subject may begin in an hour, resumable ones and those over X's own wire: each is kept. Default 1000. */
  maxCreationsPerHour?: number
  /** What a subject may upload in a period. Default: no quota. */
  quota?: QuotaOptions
  /**
   * Where resumable uploads, those over X's own wire, quotas and the owners of media are kept. Default: this instance's memory, for the uploads
   * alone; a durable one is needed wherever the next request may meet another instance, or the same one after a restart.
   */
  store?: Store
  /**
   * Origins whose pages may upload, besides the server's own, as `https://app.example`; `*` for every one, which is only
   * for apps that do not sign in by cookies. Others' requests are refused, and these get CORS headers. Default: none.
   */
  origins?: '*' | readonly string[]
  /**
   * Whether X's own media API is served too, below the mount's `/2/media`, for clients that speak it. Default false.
   */
  compat?: boolean
  /**
   * The path clients see the mount at, where a proxy or another framework hides it. Asked before `authorize` too. Default:
   * from the request's URL.
   */
  mountPath?: string | ((c: Context) => string)
}

/** The options once read, with what all requests of an instance share. */
export interface Instance extends Core {
  options: XMediaOptions
  uploads: ConcurrencyLimit
  listeners: ConcurrencyLimit
  pace: PaceOptions
  quota: Quota | undefined
  creations: Quota
  sessions: Sessions
  compatUploads: CompatUploads
  /** Whose a media is, where a store of the app's own remembers it. */
  owners: Owners | undefined
}

const instances = new WeakMap<XMediaOptions, Instance>()

/** The instance of these options: mounts that are given the same object share memory, limits and quotas. */
export function instanceOf(options: XMediaOptions): Instance {
  const instance = instances.get(options) ?? createInstance(options)
  instances.set(options, instance)
  return instance
}

/** Throws `TypeError` for an option of the wrong kind and `RangeError` for a number out of its range. */
export function createInstance(options: XMediaOptions): Instance {
  const { token, authorize, secret } = options
  if (typeof authorize !== 'function')
    throw new TypeError('authorize must be a function: it tells who a request is from')
  if (typeof token !== 'function' && !(typeof token === 'string' && token !== '')) {
    throw new TypeError('token must be a string or a function')
  }
  if (typeof secret !== 'function') checkSecret(secret)
  checkOrigins(options.origins)
  checkKinds(options)
  const core = createCore(options)
  const maxUploads = range('maxUploads', options.maxUploads ?? 450, 1, MAX)
  const shared = options.store && guardedStore(options.store, core.clock)
  const store = shared ?? memoryStore(core.clock)
  const creations = range('maxCreationsPerHour', options.maxCreationsPerHour ?? 1000, 1, MAX)
  const perSubject = options.maxUploadsPerSubject ?? Math.ceil(maxUploads / 2)
  return {
    ...core,
    options,
    uploads: createConcurrencyLimit({
      max: maxUploads,
      maxPerSubject: range('maxUploadsPerSubject', perSubject, 1, MAX),
      ...{ code: 'too_many_uploads', name: 'uploads' },
    }),
    listeners: createConcurrencyLimit({
      max: range('maxListeners', options.maxListeners ?? 1000, 1, MAX),
      maxPerSubject: range('maxListenersPerSubject', options.maxListenersPerSubject ?? 20, 1, MAX),
      ...{ code: 'too_many_listeners', name: 'event streams' },
    }),
    pace: {
      idleMs: range('idleTimeoutMs', options.idleTimeoutMs ?? 30_000, 1, MAX),
      minBytesPerSec: range('minBytesPerSec', options.minBytesPerSec ?? 500, 1, MAX),
    },
    quota: options.quota && createQuota(checkedQuota(options.quota), core.clock, shared),
    creations: createQuota({ uploads: creations, periodSecs: 3600 }, core.clock, store, 'creations:'),
    sessions: createSessions(store, core.clock),
    compatUploads: createCompatUploads(store),
    owners: shared && createOwners(shared),
  }
}

const MAX = Number.MAX_SAFE_INTEGER

function checkedQuota(quota: QuotaOptions): QuotaOptions {
  range('quota.uploads', quota.uploads ?? 1, 1, MAX)
  range('quota.bytes', quota.bytes ?? 1, 1, MAX)
  range('quota.periodSecs', quota.periodSecs ?? DEFAULT_PERIOD_SECS, 1, MAX)
  return quota
}

function checkKinds({ compat, inspect, mountPath, quota, store }: XMediaOptions): void {
  checkKind('compat', compat, 'boolean')
  checkKind('inspect', inspect, 'function')
  checkKind('mountPath', mountPath, 'string', 'function')
  checkKind('quota', quota, 'object')
  checkKind('store', store, 'object')
  if (store)
    for (const name of ['get', 'compareAndSwap'] as const) checkKind(`store.${name}`, store[name] ?? null, 'function')
}

function checkOrigins(origins: '*' | readonly string[] = []): void {
  if (origins !== '*' && !Array.isArray(origins)) throw new TypeError(`origins must be '*' or a list of origins`)
  for (const origin of origins === '*' ? [] : origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`origins must be like https://app.example, not ${JSON.stringify(origin)}`)
    }
  }
}
