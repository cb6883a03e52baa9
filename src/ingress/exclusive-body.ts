import type { ChunkReader } from './stream-reader.ts'

/** The body of a request that only the request's handler reads, so its chunks may be freed once they are copied. */
export interface ExclusiveBody {
  /**
   * Opens the body in the runtime's own way, which costs less than reading its stream. Undefined when something else
   * reads the body after all.
   */
  openNative?: (() => ChunkReader | undefined) | undefined
  /** Whether no two chunks share a buffer, even where one does not fill it. Default false. */
  hasOwnBuffers?: boolean | undefined
  /** Set when the body is refused; resolves when its rest is discarded, or when we give up. */
  drained?: Promise<unknown>
}

const exclusiveBodies = new WeakMap<Request, ExclusiveBody>()

/**
 * Says that nobody but the request's handler reads this request's body. A `clone()` shares the chunks, so it withdraws
 * the mark. Adapters call this, because they see a request first. Unmarked requests work too; they make more garbage.
 */
export function markBodyExclusive(
  request: Request,
  { openNative, hasOwnBuffers = false }: Omit<ExclusiveBody, 'drained'> = {},
): Request {
  const clone = request.clone.bind(request)
  Object.defineProperty(request, 'clone', {
    // Like the original: wrappers patch it, and a proxy may not hide a property that is fixed.
    configurable: true,
    writable: true,
    value() {
      exclusiveBodies.delete(request)
      return clone()
    },
  })
  exclusiveBodies.set(request, { openNative, hasOwnBuffers })
  return request
}

/** The mark that `markBodyExclusive` left, or undefined. */
export function exclusiveBodyOf(request: Request): ExclusiveBody | undefined {
  return exclusiveBodies.get(request)
}
