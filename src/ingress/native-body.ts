/** Reads the chunks of a body, as the reader of a stream does. */
export type ChunkReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>

/** Of a request whose body came from the runtime and goes to nobody but who handles the request. */
export interface NativeBody {
  /** Opens the body in a cheaper way than its stream is read; undefined where somebody else has a part in it after all. */
  open?: (() => ChunkReader | undefined) | undefined
  /** Resolves when nothing more of a refused body is read. */
  rest?: Promise<void>
}

const claims = new WeakMap<Request, NativeBody>()

/**
 * Says of a request that nobody else has its body, so that its chunks may be freed as soon as they are copied. A `clone()`
 * of the request shares them, and takes the claim back. For adapters, who have a request first; a request without a claim
 * is read as well, at the cost of more garbage.
 */
export function attachNativeBody(request: Request, open?: NativeBody['open']): Request {
  const clone = request.clone.bind(request)
  Object.defineProperty(request, 'clone', {
    // As it was: wrappers of requests patch it, and proxies may not answer otherwise for what cannot change.
    configurable: true,
    writable: true,
    value() {
      claims.delete(request)
      return clone()
    },
  })
  claims.set(request, { open })
  return request
}

export function nativeBodyOf(request: Request): NativeBody | undefined {
  return claims.get(request)
}
