import type { Fetch } from './transport.ts'

/** How a runtime's `fetch` sends a body. */
interface Sending {
  /** Bytes in each chunk of a streamed body, where a stream is cheaper than an array. */
  chunkBytes?: number
  /** How many copies it makes of a body, measured as resident memory while the other side does not read. */
  copies: number
}

const SENDING: ReadonlyMap<string, Sending> = new Map([
  // Node makes three copies of an array, and none of a stream's chunks.
  ['Node.js', { chunkBytes: Number.POSITIVE_INFINITY, copies: 0 }],
  // Bun copies both, but small copies reuse memory.
  ['Bun', { chunkBytes: 512 * 1024, copies: 0 }],
  // A stream would lose its `Content-Length`.
  ['Deno', { copies: 3 }],
  ['Cloudflare-Workers', { copies: 1 }],
])
const UNKNOWN: Sending = { copies: 1 }

/**
 * The runtime is known by its `navigator.userAgent`, which Node has from version 21 on.
 * https://min-common-api.proposal.wintertc.org/#navigator-useragent-requirements
 */
const { chunkBytes, copies } = SENDING.get(globalThis.navigator?.userAgent?.split('/')[0] ?? '') ?? UNKNOWN

/** The platform's `fetch`, which sends bodies as streams where that is cheaper. */
export const platformFetch: Fetch = (url, init) => fetch(url, chunkBytes ? streaming(init, chunkBytes) : init)

/** Memory that a byte of a body takes while it is sent: itself and its copies. Of another `fetch` we assume one copy. */
export function costPerByte(fetch: Fetch): number {
  return 1 + (fetch === platformFetch ? copies : UNKNOWN.copies)
}

function streaming(init: Parameters<Fetch>[1], bytes: number): RequestInit {
  const { body, headers } = init
  if (!(body instanceof Uint8Array)) return init
  const stream: RequestInit & { duplex: 'half' } = {
    ...init,
    headers: { ...headers, 'content-length': String(body.length) },
    body: streamOf(body, bytes),
    duplex: 'half',
  }
  return stream
}

function streamOf(body: Uint8Array, bytes: number): ReadableStream<Uint8Array> {
  let sentBytes = 0
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = body.subarray(sentBytes, sentBytes + bytes)
        sentBytes += chunk.length
        controller.enqueue(chunk)
        if (sentBytes === body.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
