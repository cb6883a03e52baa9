import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ChunkReader } from '../src/ingress/native-body.ts'

/**
 * The body of a request as Node has it. The stream that Node makes of it for others copies every chunk.
 *
 * Undefined when somebody reads it already, or has read it for the server (`rawBody`, as some platforms do); and when no
 * socket brings it, since its chunks may be somebody else's then. Throws a `TypeError` when it was made text.
 */
export function openIncoming(incoming: Readable): ChunkReader | undefined {
  if (incoming.readableEncoding !== null) {
    throw new TypeError('Something in front of hono-x-media called setEncoding() on the request: its bytes are lost.')
  }
  if (incoming.listenerCount('data') > 0 || incoming.readableDidRead || 'rawBody' in incoming) return undefined
  if (!('socket' in incoming && incoming.socket instanceof Socket)) return undefined
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>, undefined> = incoming.iterator({ destroyOnReturn: false })
  return {
    async read() {
      const { done, value } = await chunks.next()
      return done || value === undefined ? { done: true, value: undefined } : { done: false, value }
    },
    // What is left is for the server to read or to cut off, once it has answered: it cannot while somebody listens.
    async cancel() {
      chunks.return?.().catch(() => {})
    },
  }
}
