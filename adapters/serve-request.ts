import { invalidHost } from '../src/errors.ts'
import { openRequestReader } from '../src/ingress/byte-reader.ts'
import { isRefusal } from '../src/ingress/drain.ts'
import { type ExclusiveBody, exclusiveBodyOf, markBodyExclusive } from '../src/ingress/exclusive-body.ts'
import { hasValidHost } from '../src/lib/host.ts'
import type { FetchApp } from './serve.ts'

/**
 * Passes a request from the runtime to an app, and keeps the response to a refused upload open until it is drained. Refuses
 * a `Host` that no URL can have: Bun then makes a URL of the path alone, which Hono would route to anywhere.
 */
export async function serveRequest(
  app: FetchApp,
  request: Request,
  env: unknown,
  openNative?: ExclusiveBody['openNative'],
): Promise<Response> {
  markBodyExclusive(request, { openNative })
  const response = hasValidHost(request) ? await app.fetch(request, env) : invalidHost().getResponse()
  return isRefusal(response) && hasBody(request) ? endAfterDrain(response, request) : response
}

function hasBody({ headers, method }: Request): boolean {
  if (method === 'HEAD') return false
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

/**
 * A response that ends only when the client has stopped sending, within limits. With `Connection: close`, a server
 * closes the connection when the response ends. Bytes that arrive then reset it, and the client never sees the
 * response. RFC 9112 section 9.6
 */
async function endAfterDrain(response: Response, request: Request): Promise<Response> {
  const exclusiveBody = exclusiveBodyOf(request)
  if (exclusiveBody === undefined) return response
  if (exclusiveBody.drained === undefined) {
    // Cancelling drains what nobody has read.
    const reader = openRequestReader(request)
    if (reader === undefined) return response
    reader.cancel(new Error('refused'))
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes)
      await exclusiveBody.drained
      controller.close()
    },
  })
  return new Response(body, response)
}
