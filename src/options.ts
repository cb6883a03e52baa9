import type { Context, Env } from 'hono'
import type {
  Account,
  EmitMediaEvent,
  InspectedUpload,
  MediaInspection,
  SourceTransform,
} from './ingress/media-check.ts'
import type { CheckedMedia } from './ingress/media-type.ts'
import type { RequestedParameters } from './ingress/permissions.ts'
import type { SizeLimits } from './ingress/size-limits.ts'
import type { LogOption } from './lib/operator-log.ts'
import type { MediaFacts } from './media-facts.ts'
import type { QuotaOptions, QuotaUse } from './store/quota.ts'
import type { Store } from './store/store.ts'
import type { RetryOptions } from './x/call-with-retries.ts'
import type { DialectName } from './x/dialects/dialect.ts'
import type { OnEvent } from './x/events.ts'
import type { MediaCategory, MetadataKind } from './x/limits.ts'
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
  /** This user's X account, for the rules of `options.media`. Default: what `mediaRules` says. */
  account?: Account
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

/**
 * What is known about a file before X hears of it, and all that its client asks of X. The alternative text is missing where
 * the client sends it later: after a large file in a form, and over X's own API.
 */
export interface InspectedFile<E extends Env = UndeclaredEnv> extends CheckedMedia, RequestedParameters {
  /** Size of the file, bytes. */
  totalBytes: number
  /** With `media`: what its first segment says about the file, or only its head where that is enough. */
  facts?: MediaFacts | undefined
  /** The context of the request that brings it. */
  c: Context<E>
  /** Who uploads it. */
  principal: Principal
}

/** Finds out what uploaded files are, and which of them X does not take. `mediaRules` makes one for the option `media`. */
export interface MediaCheck<E extends Env = UndeclaredEnv> {
  /** @param account The account that the file goes to, where it is not the one of `mediaRules`. */
  begin(upload: InspectedUpload, emit: EmitMediaEvent, account?: Account): MediaInspection
  /** What makes other images of those in one request. Undefined: they stay as they are. */
  transformFor?(request: TransformedRequest<E>): SourceTransform
}

/** The request that brings an image to transform. */
export interface TransformedRequest<E extends Env = UndeclaredEnv> {
  /** Undefined for uploads of the app's own. */
  c?: Context<E> | undefined
  /** Undefined for uploads of the app's own. */
  principal?: Principal | undefined
  sizeLimits: SizeLimits
}

/** What the `token` option is called with. */
export interface HttpTokenRequest<E extends Env = UndeclaredEnv> extends TokenRequest {
  /** The context of the request that needs the token. */
  c: Context<E>
  /** Who sent it. */
  principal: Principal
}

type Awaitable<T> = T | Promise<T>

/** One key, or the one that signs and others that are still valid. */
type Secret = string | readonly string[]

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
   * memory, which does not keep owners. Use a durable store wherever the next request may reach another instance, or the
   * same one after a restart.
   */
  store?: Store
  /** Whether to serve X's own media API too, below the mount's `/2/media`, for clients that speak it. Default false. */
  compat?: boolean
  /** What clients may ask of X beside the upload. Anything else is refused with `invalid_parameter`. */
  allow?: AllowOptions
  /**
   * Looks at a file before X hears of it; a string refuses the file and goes to the client. Gets the first 4,100 bytes, or
   * the whole file, or `x.segmentBytes` if that is less. They match `mediaType` by then, which proves nothing about the
   * rest; `declaredType` is what the client called it.
   */
  inspect?: (head: Uint8Array<ArrayBuffer>, file: InspectedFile<E>) => Awaitable<string | undefined>
  /**
   * Reads the facts in each file, and refuses what X does not take: `mediaRules({ … })` of `hono-x-media/media`.
   * INIT then waits for the first segment where the head does not tell enough. Default: files are not read.
   */
  media?: MediaCheck<E>
  /** Called with everything that happens to an upload, and with every refusal. Its errors go to `log`. */
  onEvent?: OnEvent
  /**
   * Where lines go that an operator must see, each kind at most once a minute: a logger with the method `error`, such as
   * `console`, pino or winston, or a function. `false`: nowhere. Default `console`.
   */
  log?: LogOption
  /** How clients reach the mount. */
  http?: HttpOptions<E>
  /** How to call X. */
  x?: XApiOptions
  /** What an instance accepts. */
  limits?: LimitOptions
}

/** What clients may ask of X beside the upload, on every route. Uploads of the app's own, by `createXMedia`, may have all. */
export interface AllowOptions {
  /**
   * Whether clients may name `additional_owners`, other X users who may then use the media. A function gets their ids and
   * allows them by returning `true`; it may be called more than once for an upload. Default false.
   */
  additionalOwners?: boolean | ((ids: readonly string[]) => boolean)
  /** Whether clients may set `shared`, so that the media may be used in more than one direct message. Default false. */
  shared?: boolean
  /**
   * The categories that media may have, at least one; the same holds for videos that clients add subtitles to. Default: all
   * but `amplify_video`, which is for ads.
   */
  categories?: readonly MediaCategory[]
  /**
   * The kinds of metadata that clients may set. Only `alt_text` is also a parameter of uploads; the others need `compat`.
   * `preview_image` and `sticker_info` name other media, and nothing checks whose they are. Default: `alt_text` and
   * `sensitive_media_warning`.
   */
  metadata?: readonly MetadataKind[]
}

/** How clients reach the mount. */
export interface HttpOptions<E extends Env = UndeclaredEnv> {
  /**
   * Other origins whose pages may upload (CORS), such as `https://app.example`. `'*'` allows any, and is only for apps that
   * do not sign in by cookie. Default: none but the server's own.
   */
  origins?: '*' | readonly string[]
  /**
   * The path of the mount as clients see it, where a proxy or another framework hides it: the paths of statuses begin with
   * it. Resumable uploads do without. A function is called before `authorize`. Default: taken from the request's URL.
   */
  mountPath?: string | ((c: Context<E>) => string)
  /**
   * Whether a proxy stands in front that sets `X-Forwarded-Proto` and `X-Forwarded-Host`, or `Forwarded` (RFC 7239), and
   * lets no client set them. They then say what the server's own origin is, for pages that upload. Set this if the proxy
   * ends TLS or changes `Host`, and pages get `origin_not_allowed`. An invalid host in them gets `invalid_host`. Default
   * false: anyone can send these headers.
   */
  trustProxy?: boolean
  /**
   * Largest body of a request that what stands in front of the server lets through, bytes: a proxy, a gateway, or the
   * platform itself. Larger requests get `request_too_large`, and `Upload-Limit: max-append-size` tells the clients of
   * resumable uploads how large a chunk may be. Set it for what cannot be seen, such as nginx or the plan of a zone.
   * Default: guessed on Vercel (4,500,000), Lambda (4,500,000; 750,000 behind a load balancer), Cloud Run over HTTP/1
   * (33,554,432) and Azure Functions (`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`, or 104,857,600), with smaller chunks. No limit
   * elsewhere.
   */
  hostLimitBytes?: number
  /**
   * Whether to serve `POST /doctor` and `GET /doctor/events`, with which `npx hono-x-media doctor` tests what stands in front
   * of the mount. They need a sign-in, count as uploads towards limits and quotas, and send nothing to X. Default false.
   */
  doctor?: boolean
}

/** How to call X. */
export interface XApiOptions {
  /** Where X's API is. Default `https://api.x.com`. */
  baseUrl?: string
  /** Which generation of X's API to call. Default `resource`, the live one; X withdrew `command` in May 2025. */
  dialect?: DialectName
  /** Bytes per APPEND, 1 to 5,000,000. Default 4 MiB; smaller ones cost more calls against X's rate limit. */
  segmentBytes?: number
  /**
   * The most APPENDs in flight per upload, 1 to 6. Default 6, and 4 on Workers, which allow six connections per request. Each
   * holds a segment in memory. More than three are in flight only while X takes longer than 100 ms for one, the client sends
   * faster than that, and there is memory for them.
   */
  concurrency?: number
  /**
   * Segments per upload, 1 to 10,000. Default 1,000, the limit in X's OpenAPI (2.167). X's newer documentation has 10,000:
   * raise it for files above 5,000,000,000 bytes. Each segment is a call, and a Worker on the free plan may make 50 per
   * request, retries included: 40 leaves room for those and the other steps, and allows 200 MB.
   * https://developers.cloudflare.com/workers/platform/limits/#subrequests
   */
  maxSegments?: number
  /**
   * Images up to this many bytes go in one call instead of three, 0 to 5,000,000. Default 0: none. Saves latency and rate
   * limit; only in the `resource` dialect, and not for images in forms of up to one segment, where fields may follow.
   */
  oneShotBytes?: number
  /** How failed calls are repeated. Each member has its own default. */
  retry?: Partial<RetryOptions>
  /** Sends the calls. Default: the platform's `fetch`. */
  fetch?: Fetch
}

/** What an instance accepts. A request beyond a limit gets a problem that names the limit. */
export interface LimitOptions {
  /**
   * Largest upload, bytes; at most `x.maxSegments` × 5,000,000. Default 5,000,000,000, or what another `x.maxSegments`
   * holds, up to 17,179,869,184, the most that X accepts at INIT.
   */
  uploadBytes?: number
  /**
   * Largest upload per category, bytes. Default: X's limits for an ordinary account. A Premium account may upload
   * 17,179,869,184 bytes as `tweet_video` or `amplify_video`, and 1,073,741,824 as `dm_video`.
   * https://docs.x.com/x-api/media/quickstart/best-practices (2026-09)
   */
  categoryBytes?: Partial<Record<MediaCategory, number | undefined>>
  /**
   * Uploads at once on this instance. Default 450, with 144 KiB for each in a memory of 64 MiB. Half of them are kept for
   * sixteen subjects that have none, 1/32 of the whole for each.
   */
  uploads?: number
  /** Uploads at once of one subject. Default: half of `uploads`, which is also the most that one subject gets. */
  uploadsPerSubject?: number
  /**
   * Files in a form, 1 to 4. Default 4, the photos that X takes in a post; only photos share a form. They are relayed one
   * after the other, so a form counts as one upload at a time here, and its files as one each towards quotas. With 1, a
   * second file gets `too_many_files` before X has the first.
   */
  filesPerForm?: number
  /** Resumable uploads, and uploads over X's own API, that a subject may create in an hour. Default 1,000. */
  creationsPerHour?: number
  /**
   * Calls to X that a subject may cause in an hour. An upload counts as one call, whatever its size and on every route; a
   * resumable one counts again each time that its INIT is repeated. Each later change of alternative text, metadata or subtitles
   * counts too, and, over X's own API, each FINALIZE after the upload's first; APPEND and STATUS do not. One call more gets
   * `quota_exceeded`. Default 3,000: 1,000 uploads, each with metadata and subtitles.
   */
  callsPerHour?: number
  /**
   * Resumable uploads that this instance keeps in memory, finished ones too, 1 to 50,000. Default 10,000: some 40 MiB, at 4
   * KiB each on average. For one more, the oldest without bytes is forgotten, or else the one that finished first; if there
   * is neither, the client gets `too_many_uploads`. Durable stores have no such limit: there, `creationsPerHour` and the
   * expiry bound the number. Uploads expire after an hour without bytes, and a day after their first ones.
   */
  sessions?: number
  /** Resumable uploads of one subject that this instance keeps in memory; its own are forgotten. Default 1,000. */
  sessionsPerSubject?: number
  /**
   * Event streams, and uploads that wait for X's processing (`Prefer: wait`), at once on this instance. Default 1,000, half
   * of them kept for sixteen subjects that have none, as of `uploads`. One more stream gets `too_many_listeners`; one more
   * upload gets its response without waiting.
   */
  listeners?: number
  /** Event streams and waiting uploads at once of one subject. Default 20. */
  listenersPerSubject?: number
  /** Longest time without a byte from the client, milliseconds. Default 30,000. */
  idleMs?: number
  /** Slowest average rate of a client, bytes a second; the first `idleMs` do not count. Default 500. */
  minBytesPerSec?: number
  /**
   * Memory for the segments of all uploads, bytes, at least 48 MiB. Default 256 MiB; on Workers 64 MiB, half of what one
   * has. A segment counts with the copies that `fetch` makes of it: one on Workers, one for an
   * `x.fetch` of your own, and none on Node, Bun and Deno. When memory runs short, fewer segments are in flight, then
   * uploads wait for each other for up to 5 s, then segments shrink; an upload that finds no memory at all gets
   * `overloaded`. One subject gets at most half of it; the other half is kept for sixteen subjects that hold none, 1/32 of
   * the whole for each. Up to three fifths stay allocated when no upload is left, 160 MiB at most.
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

/** The limits of `createXMedia`: uploads from the app itself have no others. */
export type ClientLimitOptions = Pick<LimitOptions, 'uploadBytes' | 'categoryBytes' | 'memoryBytes' | 'deadlineMs'>

/** The options of `createXMedia`. */
export interface XMediaClientOptions {
  /** The OAuth 2.0 user token with the scope `media.write`, or a function that gets it. */
  token: string | TokenSource
  /**
   * Where uploads with an `id` are kept, so that any process with this store can continue them. Default: none, and no upload
   * can have an `id`.
   */
  store?: Store
  /** Reads the facts in each file, and refuses what X does not take: `mediaRules({ … })` of `hono-x-media/media`. */
  media?: MediaCheck
  /** Called with everything that happens to an upload. Its errors go to `log`. */
  onEvent?: OnEvent
  /**
   * Where lines go that an operator must see, each kind at most once a minute: a logger with the method `error`, such as
   * `console`, pino or winston, or a function. `false`: nowhere. Default `console`.
   */
  log?: LogOption
  /** How to call X. */
  x?: XApiOptions
  /** The limits of every upload, and the memory that all of them share. */
  limits?: ClientLimitOptions
}
