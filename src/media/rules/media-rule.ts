import type { MediaFacts } from '../../media-facts.ts'
import type { MediaCategory } from '../../x/limits.ts'

/** A limit without Premium, and with it. */
export interface PerAccount {
  ordinary: number
  premium: number
}

/** What a rule looks at. */
export interface JudgedMedia {
  facts: MediaFacts
  category: MediaCategory
  /** The size of the file. */
  bytes: number
}

/** What a value must be. */
export type Limit = { max: number | PerAccount } | { min: number } | { oneOf: readonly string[] }

/** One thing that X demands of a media file. */
export interface MediaRule {
  /** What a violation is called, as in `dm_duration`. */
  name: string
  categories: readonly MediaCategory[]
  /**
   * `refuse`: X never takes such a file. `refuse-if-account-known`: its limit depends on the account; while that is unknown,
   * a file beyond the ordinary limit gets a warning. `warn`: X may take it, whatever is documented.
   */
  verdict: 'refuse' | 'refuse-if-account-known' | 'warn'
  /** What to compare with the limit; undefined if it is unknown, which passes. */
  value(media: JudgedMedia): number | string | undefined
  limit: Limit
  /** A sentence for people. `{actual}` and `{limit}` are filled in. */
  detail: string
  /** How to write a number in `detail`. Default: as in `1,024`. */
  show?: ((value: number) => string) | undefined
  /** Where the limit comes from: an address, or a few words. */
  source: string
}
