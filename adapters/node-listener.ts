import { IncomingMessage, type Server } from 'node:http'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { invalidHost } from '../src/errors.ts'
import { markShutdown } from '../src/ingress/shutdown.ts'
import type { ChunkReader } from '../src/ingress/stream-reader.ts'
import type { FetchApp } from './serve.ts'
import { serveRequest } from './serve-request.ts'
import { isEventStream, type RequestsInProgress } from './shutdown.ts'

interface CountedRequest {
  requests: RequestsInProgress
  /** Stops counting the request. */
  leave(): void
}

const countedRequests = new WeakMap<IncomingMessage, CountedRequest>()

/** Counts all requests of a Node server, until their responses have ended. */
export function countRequests(server: Server, requests: RequestsInProgress): void {
  // First, so that the app's own listener finds the request counted.
  server.prependListener('request', (incoming, outgoing) => {
    const leave = requests.enter()
    outgoing.once('close', leave)
    countedRequests.set(incoming, { requests, leave })
  })
}

/** A listener for the requests of a Node server. Leaves `globalThis.Request` and `Response` as they are. */
export function createNodeListener(app: FetchApp): ReturnType<typeof getRequestListener> {
  return getRequestListener(
    async (request, env) => {
      const { incoming } = env
      const counted = incoming instanceof IncomingMessage ? countedRequests.get(incoming) : undefined
      if (counted) markShutdown(request, counted.requests)
      const response = await serveRequest(app, request, env, () => openIncomingMessage(incoming))
      if (isEventStream(response)) counted?.leave()
      return response
    },
    { overrideGlobalObjects: false, errorHandler: toResponse },
  )
}

/** No URL can be made of a request, mostly because of its `Host`, or the app has failed without a response. */
function toResponse(error: unknown): Response {
  return error instanceof RequestError ? invalidHost().getResponse() : new Response(null, { status: 500 })
}

/**
 * Reads the chunks of a Node request directly; the web stream that Node makes of them copies every one. Undefined when
 * the chunks may not be ours alone: something else reads the request, has read it for us (`rawBody` on some platforms),
 * or no socket brings it. Throws a `TypeError` when the request yields text.
 */
function openIncomingMessage(incoming: Readable): ChunkReader | undefined {
  if (incoming.readableEncoding !== null) {
    throw new TypeError(
      'Something called setEncoding() on the request, so its bytes are lost. Mount hono-x-media first.',
    )
  }
  if (incoming.listenerCount('data') > 0 || incoming.readableDidRead || 'rawBody' in incoming) return undefined
  if (!('socket' in incoming && incoming.socket instanceof Socket)) return undefined
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>, undefined> = incoming.iterator({ destroyOnReturn: false })
  return {
    read: () => chunks.next(),
    // Stops listening, so that the server can read or cut off the rest after it has responded.
    async cancel() {
      chunks.return?.().catch(() => {})
    },
  }
}
