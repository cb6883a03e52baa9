import type { Readable } from 'node:stream'
import type { PieceReader } from '../src/ingress/claim.ts'

/**
 * The body of a request as Node has it. The stream that Node makes of it for others copies every piece.
 *
 * Undefined when somebody reads it already, or has read it for the server (`rawBody`, as some platforms do).
 */
export function openIncoming(incoming: Readable): PieceReader | undefined {
  if (incoming.listenerCount('data') > 0 || incoming.readableDidRead || 'rawBody' in incoming) return undefined
  const pieces: AsyncIterator<Uint8Array<ArrayBuffer>, undefined> = incoming[Symbol.asyncIterator]()
  return {
    async read() {
      const { done, value } = await pieces.next()
      return done || value === undefined ? { done: true, value: undefined } : { done: false, value }
    },
    // What is left is for the server to read or to cut off, once it has answered.
    async cancel() {},
  }
}
