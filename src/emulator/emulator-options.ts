import * as z from 'zod/mini'
import { parseOptions } from '../lib/parse-options.ts'
import { EXTENDED_MAX_SEGMENTS, MAX_SEGMENTS } from '../x/limits.ts'
import type { FaultPlan } from './fault-plan.ts'
import { DEFAULT_PROCESSING_TIMES, type ProcessingTimes } from './processing.ts'
import type { TokenOptions } from './tokens.ts'

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
  /** Whether accounts have Premium: videos up to 16 GiB, and 1 GiB in direct messages. Default false: 8 GiB and 512 MiB. */
  premium?: boolean
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
export interface ResolvedOptions extends EmulatorOptions {
  dialect: NonNullable<EmulatorOptions['dialect']>
  maxSegmentBytes: number
  maxSegments: number
  enforceSizes: boolean
  premium: boolean
  repeatedFinalize: NonNullable<EmulatorOptions['repeatedFinalize']>
  processing: ProcessingTimes
  now: () => number
}

const segmentLimit = z.object({
  maxSegments: z._default(z.int().check(z.minimum(1), z.maximum(EXTENDED_MAX_SEGMENTS)), MAX_SEGMENTS),
})

/** Throws a `TypeError` when `maxSegments` is out of range. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  return {
    ...options,
    dialect: options.dialect ?? 'both',
    maxSegmentBytes: options.maxSegmentBytes ?? 5 * 1024 * 1024 - 1,
    ...parseOptions(segmentLimit, options),
    enforceSizes: options.enforceSizes ?? true,
    premium: options.premium ?? false,
    repeatedFinalize: options.repeatedFinalize ?? 'refuse',
    processing: { ...DEFAULT_PROCESSING_TIMES, ...options.processing },
    now: options.now ?? Date.now,
  }
}
