import type { FaultPlan } from './faults.ts'
import type { ProcessingTimes } from './processing.ts'
import type { TokenOptions } from './tokens.ts'

/** Cuts the connection a request came over. `env` is what the host passed to `fetch` beside the request. */
export type ResetConnection = (request: Request, env: unknown) => void

export interface EmulatorOptions extends TokenOptions, FaultPlan {
  /**
   * Which generations of the upload endpoints are served. Default `both`: then `POST /2/media/upload` with a `command`
   * is the command generation and without one the one-shot upload. `resource` is what the live service does today.
   */
  dialect?: 'both' | 'resource' | 'command'
  /** Largest segment in bytes; larger ones get an empty 413. Default 5 MiB − 1: X's edge refuses 5 MiB. */
  maxSegmentBytes?: number
  /** Lifetime of an upload in seconds. Default 86400, and 1296000 for `amplify_video`. */
  expiresAfterSecs?: number
  /** Whether initialize refuses a `total_bytes` above the category's limit. Default true. */
  enforceSizes?: boolean
  /** Whether a second FINALIZE is refused or answered like the first. X's way is not on record. Default `refuse`. */
  repeatedFinalize?: 'refuse' | 'answer'
  /** How long videos and GIFs are processed. */
  processing?: Partial<ProcessingTimes>
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
  /** Default: `fetch` rejects, which is a reset connection to a caller in the same process. */
  reset?: ResetConnection
}
