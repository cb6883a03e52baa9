import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { PieceReader } from '../src/ingress/claim.ts'

/**
 * The body of a request as Node has it. The stream that Node makes of it for others copies every piece.
 *
 * Undefined when somebody reads it already, or has read it for the server (`rawBody`, as some platforms do); and when no
 * socket brings it, since its pieces may be somebody else's then. Throws a `TypeError` when it was made text.
 */
export function openIncoming(incoming: Readable): PieceReader | undefined {
  if (incoming.readableEncoding !== null) {
    throw new TypeError('Something in front of hono-x-media called setEncoding() on the request: its bytes are lost.')
  }
  if (incoming.listenerCount('data') > 0 || incoming.readableDidRead || 'rawBody' in incoming) return undefined
  if (!('socket' in incoming && incoming.socket instanceof Socket)) return undefined
  const pieces: AsyncIterator<Uint8Array<ArrayBuffer>, undefined> = incoming.iterator({ destroyOnReturn: false })
  return {
    async read() {
      const { done, value } = await pieces.next()
      return done || value === undefined ? { done: true, value: undefined } : { done: false, value }
    },
    // What is left is for the server to read or to cut off, once it has answered: it cannot while somebody listens.
    async cancel() {
      pieces.return?.().catch(() => {})
    },
  }
}
