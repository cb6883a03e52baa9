const claimed = new WeakSet<Request>()

/**
 * Says of a request that its body came from the runtime and goes to nobody but who handles the request, so that its pieces
 * may be freed as soon as they are copied. A `clone()` of the request shares them, and takes the claim back. For adapters,
 * who have a request first; a request without a claim is read as well, at the cost of more garbage.
 */
export function claimBody(request: Request): Request {
  const clone = request.clone.bind(request)
  Object.defineProperty(request, 'clone', {
    value() {
      claimed.delete(request)
      return clone()
    },
  })
  claimed.add(request)
  return request
}

export function isBodyClaimed(request: Request): boolean {
  return claimed.has(request)
}
