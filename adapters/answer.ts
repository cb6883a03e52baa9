import { openRequestReader } from '../src/ingress/byte-reader.ts'
import { attachNativeBody, type NativeBody, nativeBodyOf } from '../src/ingress/native-body.ts'
import type { FetchApp } from './serve.ts'

/** Has an app answer a request that the runtime has received. */
export async function answer(
  app: FetchApp,
  request: Request,
  env: unknown,
  open?: NativeBody['open'],
): Promise<Response> {
  const response = await app.fetch(attachNativeBody(request, open), env)
  return response.status >= 400 && hasBody(request) ? lingering(response, request) : response
}

function hasBody({ headers, method }: Request): boolean {
  if (method === 'HEAD') return false
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

/**
 * An answer that ends only when the client has stopped sending, within limits. With `Connection: close` a server closes the
 * connection as soon as an answer has ended, and resets it while bytes come in: the client would never see what it was
 * answered. RFC 9112 section 9.6
 */
async function lingering(response: Response, request: Request): Promise<Response> {
  const claim = nativeBodyOf(request)
  if (claim === undefined) return response
  if (claim.rest === undefined) {
    if (request.bodyUsed || request.body?.locked) return response
    // Refused before anybody read it.
    openRequestReader(request).cancel(new Error('refused'))
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes)
      await claim.rest
      controller.close()
    },
  })
  return new Response(body, response)
}
