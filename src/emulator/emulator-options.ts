import * as z from 'zod/mini'
import { func } from '../lib/option-checks.ts'
import { parseOptions } from '../lib/parse-options.ts'
import { EXTENDED_MAX_SEGMENTS, MAX_SEGMENTS } from '../x/limits.ts'
import type { FaultPlan } from './fault-plan.ts'
import { faultsSchema, randomSchema } from './parse-fault-plan.ts'
import type { ProcessingTimes } from './processing.ts'
import type { TokenOptions, TokenSettings } from './tokens.ts'

/** Cuts the connection of a request. `env` is the second argument that the host passed to `fetch`. */
export type ResetConnection = (request: Request, env: unknown) => void

export interface EmulatorOptions extends TokenOptions, FaultPlan {
  /**
   * Which generations of the upload endpoints to serve. With `both`, `POST /2/media/upload` is a call of the command
   * generation when it has a `command`, and a one-shot upload otherwise. The live service has only `resource`. Default `both`.
   */
  dialect?: 'both' | 'resource' | 'command'
  /** Largest segment, in bytes; a larger one gets an empty 413. Default 5 MiB − 1: X's edge refuses 5 MiB. */
  maxSegmentBytes?: number
  /**
   * The most segments of an upload, from 1 to 10,000: `segment_index` must be below it. Default 1000, as in X's published
   * specification. Newer documentation has 10,000, which you need for uploads above 5 GB.
   */
  maxSegments?: number
  /** Lifetime of an upload, in seconds. Default 86400, and 1296000 for `amplify_video`. */
  expiresAfterSecs?: number
  /** Whether a file above the category's limit is refused. Default true. */
  enforceSizes?: boolean
  /**
   * Whether processing fails as X's for videos and GIFs that X does not take, such as sound without a picture, and for bytes
   * that are neither. What a file does not tell passes. Default true; set it to false to upload made-up bytes.
   */
  mediaRules?: boolean
  /** Whether a second FINALIZE is refused, or answered like the first. What X does is not on record. Default `refuse`. */
  repeatedFinalize?: 'refuse' | 'answer'
  /** How long the processing of videos and GIFs takes. Default 1 s pending, then 2 s in progress. */
  processing?: Partial<ProcessingTimes>
  /** The current time, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
  /** Resets a connection, for faults of the kind `reset`. Default: `fetch` rejects, as an in-process caller expects. */
  reset?: ResetConnection
}

/** The options with their defaults filled in. */
export interface ResolvedOptions
  extends TokenSettings,
    Required<
      Omit<EmulatorOptions, keyof TokenOptions | keyof FaultPlan | 'expiresAfterSecs' | 'processing' | 'reset'>
    > {
  expiresAfterSecs?: number | undefined
  processing: ProcessingTimes
  reset?: ResetConnection | undefined
  faults?: FaultPlan['faults'] | undefined
  random?: FaultPlan['random'] | undefined
}

const count = (max = Number.MAX_SAFE_INTEGER) => z.int().check(z.minimum(1), z.maximum(max))
const secs = z.number().check(z.minimum(0))

const account = z.enum(['ordinary', 'premium'])
const refreshGrant = {
  scopes: z.exactOptional(z.array(z.string())),
  user: z.exactOptional(z.string()),
  account: z.exactOptional(account),
}
const tokenGrant = {
  ...refreshGrant,
  expiresAt: z.exactOptional(z.number()),
  appOnly: z.exactOptional(z.boolean()),
}

const refresh = z.strictObject({
  clientId: z.exactOptional(z.string()),
  clientSecret: z.exactOptional(z.string()),
  redirectUris: z.exactOptional(z.array(z.string())),
  grantableScopes: z.exactOptional(z.array(z.string())),
  refreshTokens: z.exactOptional(z.record(z.string(), z.strictObject(refreshGrant))),
})

const processing = z.strictObject({
  pendingSecs: z._default(secs, 1),
  inProgressSecs: z._default(secs, 2),
  checkAfterSecs: z._default(z.number(), 1),
})

const emulatorOptions: z.ZodMiniType<ResolvedOptions> = z.strictObject({
  tokens: z.optional(z.record(z.string(), z.strictObject(tokenGrant))),
  refresh: z._default(refresh, {}),
  account: z._default(account, 'ordinary'),
  tokenTtlSecs: z._default(secs, 7200),
  faults: z.optional(faultsSchema),
  random: z.optional(randomSchema),
  dialect: z._default(z.enum(['both', 'resource', 'command']), 'both'),
  maxSegmentBytes: z._default(count(), 5 * 1024 * 1024 - 1),
  maxSegments: z._default(count(EXTENDED_MAX_SEGMENTS), MAX_SEGMENTS),
  expiresAfterSecs: z.optional(secs),
  enforceSizes: z._default(z.boolean(), true),
  mediaRules: z._default(z.boolean(), true),
  repeatedFinalize: z._default(z.enum(['refuse', 'answer']), 'refuse'),
  processing: z.prefault(processing, {}),
  now: z._default(func<() => number>(), () => Date.now),
  reset: z.optional(func<ResetConnection>()),
})

/** Throws one `TypeError` that lists everything wrong with the options, and for an unknown one which was probably meant. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  return parseOptions(emulatorOptions, options)
}
