import type { Context, Env } from 'hono'
import type { MediaFacts } from '../../media-facts.ts'
import type { Principal, UndeclaredEnv } from '../../options.ts'

/** The image that a transform has made. */
export interface TransformedImage {
  body: Uint8Array | ReadableStream<Uint8Array>
  /** Its media type, one that X takes. The first bytes must match it. */
  mediaType: string
}

/** The upload that brings the image. */
export interface TransformContext<E extends Env = UndeclaredEnv> {
  /** The context of the request. Undefined for uploads of the app's own, by `createXMedia`. */
  c: Context<E> | undefined
  /** Who uploads it. Undefined for uploads of the app's own. */
  principal: Principal | undefined
  /** Aborts when the client has gone or the deadline is over: the result is of no use then. */
  signal: AbortSignal
}

/**
 * Makes another image of one that comes in. Undefined leaves it as it is; a string refuses it, with `content_refused`, and
 * goes to the client.
 */
export type TransformImage<E extends Env = UndeclaredEnv> = (
  input: Uint8Array<ArrayBuffer>,
  facts: MediaFacts,
  context: TransformContext<E>,
) => Promise<TransformedImage | string | undefined> | TransformedImage | string | undefined

/** The options of `mediaRules` about transforms. */
export interface TransformOptions<E extends Env = UndeclaredEnv> {
  /**
   * Makes another image of one that X would refuse, such as a photo of 9 MB or a HEIC, before X hears of it; all checks of
   * size, type and rules follow on the result. If it throws, the upload ends in `transform_failed`, and `log` has the error.
   * For raw bodies, forms and `createXMedia`; images that come in chunks or over X's own API stay as they are. Default: none.
   */
  transform?: TransformImage<E>
  /**
   * The largest image to transform, bytes: it is held in memory, which counts towards `limits.memoryBytes`. Half of that is
   * the most for one subject. What `transform` itself takes does not count. Default 25 MiB.
   */
  transformBytes?: number
  /**
   * Which images to transform: `always` all of them; `needed` those that X would refuse, because they have too many bytes, are
   * HEIC or AVIF, or break a rule that does not only warn. Default `'needed'`.
   */
  transformWhen?: 'needed' | 'always'
}
