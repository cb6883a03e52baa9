import { getRuntimeKey } from 'hono/adapter'
import * as z from 'zod/mini'
import { baseUrl, func, hasMethods, isFunction, logOption, valid } from './lib/option-checks.ts'
import { parseOptions } from './lib/parse-options.ts'
import type {
  AllowOptions,
  ClientLimitOptions,
  HttpOptions,
  LimitOptions,
  XApiOptions,
  XMediaClientOptions,
  XMediaOptions,
} from './options.ts'
import { secretMistake, ticketKeys } from './status-ticket.ts'
import { MAX_TEXTS } from './store/memory-store.ts'
import type { QuotaOptions, QuotaSettings } from './store/quota.ts'
import { type BeforeUploadLimit, checkUploadLimit, resolveUploadLimit } from './upload-limit.ts'
import type { RetryOptions } from './x/call-with-retries.ts'
import {
  DEFAULT_SEGMENT_BYTES,
  EXTENDED_MAX_SEGMENTS,
  MAX_PHOTOS_IN_POST,
  MAX_SEGMENT_BYTES,
  MAX_SEGMENTS,
  MEDIA_CATEGORIES,
  METADATA_KINDS,
  type MediaCategory,
} from './x/limits.ts'
import { invalidToken } from './x/token-form.ts'

/*
 * The one source of the options' ranges and defaults. options.ts says what each option means.
 */

/** `x`, with its defaults. */
export interface XApiSettings extends Required<Omit<XApiOptions, 'retry' | 'fetch'>> {
  retry: RetryOptions
  fetch?: XApiOptions['fetch'] | undefined
}

/** `http`, with its defaults. */
export interface HttpSettings extends Required<Omit<HttpOptions, 'mountPath' | 'hostLimitBytes'>> {
  mountPath?: HttpOptions['mountPath'] | undefined
  hostLimitBytes?: number | undefined
}

/** `allow`, with its defaults. */
export type AllowSettings = Required<AllowOptions>

/** `limits`, with its defaults. */
export interface LimitSettings extends Required<Omit<LimitOptions, 'uploadsPerSubject' | 'quota'>> {
  uploadsPerSubject?: number | undefined
  quota?: QuotaSettings | undefined
}

/** The options of `xMedia`, with their defaults. */
export interface XMediaSettings extends Pick<XMediaOptions, 'token' | 'authorize' | 'secret'> {
  store?: XMediaOptions['store'] | undefined
  compat: boolean
  allow: AllowSettings
  inspect?: XMediaOptions['inspect'] | undefined
  media?: XMediaOptions['media'] | undefined
  onEvent?: XMediaOptions['onEvent'] | undefined
  log?: XMediaOptions['log'] | undefined
  http: HttpSettings
  x: XApiSettings
  limits: LimitSettings
}

/** The options of `createXMedia`, with their defaults. */
export interface XMediaClientSettings extends Pick<XMediaClientOptions, 'token'> {
  store?: XMediaClientOptions['store'] | undefined
  media?: XMediaClientOptions['media'] | undefined
  onEvent?: XMediaClientOptions['onEvent'] | undefined
  log?: XMediaClientOptions['log'] | undefined
  x: XApiSettings
  limits: Required<ClientLimitOptions>
}

const MIB = 1024 * 1024
const HOUR_MS = 3_600_000
const DAY_SECS = 86_400
const MAX = Number.MAX_SAFE_INTEGER

/** One subject's half holds two of the largest segments, each counted twice: what a file near X's limit needs. */
const MIN_MEMORY_BYTES = 48 * MIB

/** Half of what the memory store keeps, so that sessions alone never make it remove other texts. */
const MAX_SESSIONS = MAX_TEXTS / 2

/** Half of the 128 MB that a Worker has, unless this is a server. */
const defaultMemoryBytes = () => (['node', 'bun', 'deno'].includes(getRuntimeKey()) ? 256 : 64) * MIB

const whole = (min: number, max = MAX) => z.int().check(z.minimum(min), z.maximum(max))
const textOrFunc = <T>(isText: (text: string) => boolean, message: string): z.ZodMiniType<T> =>
  valid<T>((value) => isFunction(value) || (typeof value === 'string' && isText(value)), message)

const token = <T>(): z.ZodMiniType<T> =>
  valid<T>(
    (value) => isFunction(value) || (typeof value === 'string' && invalidToken(value) === undefined),
    (value) =>
      (typeof value === 'string' && value !== '' && invalidToken(value)) ||
      'must be a non-empty string, or a function that gets one',
  )

const retry = z.strictObject({
  retries: z._default(whole(0, 100), 5),
  backoffMs: z._default(whole(0, HOUR_MS), 500),
  maxBackoffMs: z._default(whole(0, HOUR_MS), 20_000),
  maxRateLimitWaitMs: z._default(whole(0, 24 * HOUR_MS), 60_000),
  timeoutMs: z._default(whole(1, HOUR_MS), 30_000),
})

const x = z.strictObject({
  baseUrl: z._default(baseUrl, 'https://api.x.com'),
  dialect: z._default(z.enum(['resource', 'command']), 'resource'),
  segmentBytes: z._default(whole(1, MAX_SEGMENT_BYTES), DEFAULT_SEGMENT_BYTES),
  concurrency: z._default(whole(1, 6), () => (getRuntimeKey() === 'workerd' ? 4 : 6)),
  maxSegments: z._default(whole(1, EXTENDED_MAX_SEGMENTS), MAX_SEGMENTS),
  oneShotBytes: z._default(whole(0, MAX_SEGMENT_BYTES), 0),
  retry: z.prefault(retry, {}),
  fetch: z.optional(func<NonNullable<XApiOptions['fetch']>>()),
})

const categoryMax = z.optional(whole(0))
const categoryBytes = z.strictObject({
  amplify_video: categoryMax,
  tweet_gif: categoryMax,
  tweet_image: categoryMax,
  tweet_video: categoryMax,
  dm_gif: categoryMax,
  dm_image: categoryMax,
  dm_video: categoryMax,
  subtitles: categoryMax,
} satisfies Record<MediaCategory, unknown>)

const clientLimitShape = {
  uploadBytes: z.optional(whole(1)),
  categoryBytes: z._default(categoryBytes, {}),
  memoryBytes: z._default(whole(MIN_MEMORY_BYTES), defaultMemoryBytes),
  deadlineMs: z._default(whole(1), HOUR_MS),
}

const quota = z.strictObject({
  uploads: z.optional(whole(1)),
  bytes: z.optional(whole(1)),
  periodSecs: z._default(whole(1), DAY_SECS),
  store: z.optional(
    valid<NonNullable<QuotaOptions['store']>>(
      (value) => hasMethods(value, 'add'),
      'must be an object with the method add',
    ),
  ),
})

const limits = z.strictObject({
  ...clientLimitShape,
  uploads: z._default(whole(1), 450),
  uploadsPerSubject: z.optional(whole(1)),
  filesPerForm: z._default(whole(1, MAX_PHOTOS_IN_POST), MAX_PHOTOS_IN_POST),
  creationsPerHour: z._default(whole(1), 1000),
  callsPerHour: z._default(whole(1), 3000),
  sessions: z._default(whole(1, MAX_SESSIONS), 10_000),
  sessionsPerSubject: z._default(whole(1), 1000),
  listeners: z._default(whole(1), 1000),
  listenersPerSubject: z._default(whole(1), 20),
  idleMs: z._default(whole(1), 30_000),
  minBytesPerSec: z._default(whole(1), 500),
  quota: z.optional(quota),
})

const allow = z.strictObject({
  additionalOwners: z._default(
    valid<AllowSettings['additionalOwners']>(
      (value) => typeof value === 'boolean' || isFunction(value),
      'must be true, false or a function',
    ),
    false,
  ),
  shared: z._default(z.boolean(), false),
  categories: z._default(
    z.array(z.enum(MEDIA_CATEGORIES)).check(z.refine((list) => list.length > 0, 'must have at least one category')),
    MEDIA_CATEGORIES.filter((category) => category !== 'amplify_video'),
  ),
  metadata: z._default(z.array(z.enum(METADATA_KINDS)), ['alt_text', 'sensitive_media_warning']),
})

const isOrigin = (text: unknown) => typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text
const origins = valid<'*' | readonly string[]>(
  (value) => value === '*' || (Array.isArray(value) && value.every(isOrigin)),
  "must be '*' or a list of origins such as https://app.example",
)

const http = z.strictObject({
  origins: z._default(origins, []),
  mountPath: z.optional(
    textOrFunc<NonNullable<HttpOptions['mountPath']>>(() => true, 'must be a string or a function'),
  ),
  trustProxy: z._default(z.boolean(), false),
  hostLimitBytes: z.optional(whole(1)),
  doctor: z._default(z.boolean(), false),
})

const common = {
  store: z.optional(
    valid<NonNullable<XMediaOptions['store']>>(
      (value) => hasMethods(value, 'get', 'compareAndSwap'),
      'must be an object with the methods get and compareAndSwap',
    ),
  ),
  media: z.optional(
    valid<NonNullable<XMediaOptions['media']>>((value) => hasMethods(value, 'begin'), 'must come from mediaRules()'),
  ),
  onEvent: z.optional(func<NonNullable<XMediaOptions['onEvent']>>()),
  log: logOption,
  x: z.prefault(x, {}),
}

const xMediaOptions: z.ZodMiniType<BeforeUploadLimit<XMediaSettings>> = z
  .strictObject({
    ...common,
    token: token<XMediaOptions['token']>(),
    authorize: func<XMediaOptions['authorize']>(),
    secret: valid<XMediaOptions['secret']>(
      (value) => isFunction(value) || ticketKeys(value) !== undefined,
      (value) => secretMistake(value, 'a list of such strings, or a function that gets either'),
    ),
    compat: z._default(z.boolean(), false),
    allow: z.prefault(allow, {}),
    inspect: z.optional(func<NonNullable<XMediaOptions['inspect']>>()),
    http: z.prefault(http, {}),
    limits: z.prefault(limits, {}),
  })
  .check(checkUploadLimit)

const xMediaClientOptions: z.ZodMiniType<BeforeUploadLimit<XMediaClientSettings>> = z
  .strictObject({
    ...common,
    token: token<XMediaClientOptions['token']>(),
    limits: z.prefault(z.strictObject(clientLimitShape), {}),
  })
  .check(checkUploadLimit)

/** What the options of 0.1.0 are called now. */
const RENAMED: Readonly<Record<string, string>> = {
  apiBaseUrl: 'x.baseUrl',
  dialect: 'x.dialect',
  segmentBytes: 'x.segmentBytes',
  concurrency: 'x.concurrency',
  maxSegments: 'x.maxSegments',
  oneShotBytes: 'x.oneShotBytes',
  retry: 'x.retry',
  fetch: 'x.fetch',
  maxBytes: 'limits.uploadBytes',
  categoryMaxBytes: 'limits.categoryBytes',
  memoryBytes: 'limits.memoryBytes',
  deadlineMs: 'limits.deadlineMs',
  maxUploads: 'limits.uploads',
  maxUploadsPerSubject: 'limits.uploadsPerSubject',
  maxCreationsPerHour: 'limits.creationsPerHour',
  maxListeners: 'limits.listeners',
  maxListenersPerSubject: 'limits.listenersPerSubject',
  idleTimeoutMs: 'limits.idleMs',
  minBytesPerSec: 'limits.minBytesPerSec',
  quota: 'limits.quota',
  origins: 'http.origins',
  mountPath: 'http.mountPath',
}

/** Reads the options of `xMedia` and `xMediaUpload`. Throws one `TypeError` that lists everything wrong with them. */
export function parseXMediaOptions(options: unknown): XMediaSettings {
  return resolveUploadLimit(parseOptions(xMediaOptions, options, RENAMED))
}

/** Reads the options of `createXMedia`. Throws one `TypeError` that lists everything wrong with them. */
export function parseClientOptions(options: unknown): XMediaClientSettings {
  return resolveUploadLimit(parseOptions(xMediaClientOptions, options, RENAMED))
}
