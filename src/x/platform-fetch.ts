import type { Fetch } from './transport.ts'

/** How a runtime's `fetch` sends a body. */
interface Sending {
  /** What to give it instead of an array, where something else is cheaper. */
  bodyOf?: (bytes: Uint8Array<ArrayBuffer>) => BodyInit
  /** How many copies it makes of a body, measured as resident memory while the other side does not read. */
  copies: number
}

/** Bun copies chunks, but small copies reuse memory. */
const BUN_CHUNK_BYTES: number = 512 * 1024

const SENDING: ReadonlyMap<string, Sending> = new Map<string, Sending>([
  // Node and Deno make three copies of an array, and none of a stream's chunk.
  ['Node.js', { bodyOf: (bytes) => streamOf(bytes, bytes.length), copies: 0 }],
  ['Bun', { bodyOf: (bytes) => streamOf(bytes, BUN_CHUNK_BYTES), copies: 0 }],
  ['Deno', { bodyOf: (bytes) => new StreamedBlob(bytes), copies: 0 }],
  ['Cloudflare-Workers', { copies: 1 }],
])
const UNKNOWN: Sending = { copies: 1 }

/**
 * The runtime is known by its `navigator.userAgent`, which Node has from version 21 on.
 * https://min-common-api.proposal.wintertc.org/#navigator-useragent-requirements
 */
const { bodyOf, copies } = SENDING.get(globalThis.navigator?.userAgent?.split('/')[0] ?? '') ?? UNKNOWN

/** The platform's `fetch`, which gets bodies in the form that it sends most cheaply. */
export const platformFetch: Fetch = (url, init) => fetch(url, bodyOf ? replaceBody(init, bodyOf) : init)

/** Memory that a byte of a body takes while it is sent: itself and its copies. Of another `fetch` we assume one copy. */
export function costPerByte(fetch: Fetch): number {
  return 1 + (fetch === platformFetch ? copies : UNKNOWN.copies)
}

function replaceBody(init: Parameters<Fetch>[1], bodyOf: (bytes: Uint8Array<ArrayBuffer>) => BodyInit): RequestInit {
  const { body, headers } = init
  if (!(body instanceof Uint8Array)) return init
  const replaced: RequestInit & { duplex: 'half' } = {
    ...init,
    headers: { ...headers, 'content-length': String(body.length) },
    body: bodyOf(body),
    duplex: 'half',
  }
  return replaced
}

/**
 * Deno alone asks a blob for its size and its stream as anybody would, and sends the size as `Content-Length`; of a plain
 * stream it sends no length, and X needs one.
 */
class StreamedBlob extends Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>
  override readonly size: number

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super()
    this.#bytes = bytes
    this.size = bytes.length
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return streamOf(this.#bytes, this.#bytes.length)
  }
}

function streamOf(body: Uint8Array<ArrayBuffer>, chunkBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sentBytes = 0
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = body.subarray(sentBytes, sentBytes + chunkBytes)
        sentBytes += chunk.length
        controller.enqueue(chunk)
        if (sentBytes === body.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
