/** Reads a request's body whole, up to a limit. */

import { tooLarge } from './api-responses.ts'

/** A body above the limit is read on up to here, so that the client sees the answer and not a broken connection. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024

/** Whether nothing declares the length of the body. In-process requests have no `Host`, and need no length. */
export function isLengthMissing(headers: Headers): boolean {
  return headers.has('transfer-encoding') || (headers.has('host') && !headers.has('content-length'))
}

/** The bytes of the body. Throws an empty 413 for more than `maxBytes`, and the abort reason when the client leaves. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return new Uint8Array(0)
  const reader = request.body.getReader()
  // In-process and on some hosts, the read goes on after the client has left: only the signal tells.
  const onAbort = () => void reader.cancel().catch(() => undefined)
  request.signal.addEventListener('abort', onAbort, { once: true })
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size <= maxBytes) chunks.push(value)
    else if (size > MAX_DRAINED_BYTES) {
      await reader.cancel()
      break
    }
  }
  request.signal.removeEventListener('abort', onAbort)
  request.signal.throwIfAborted()
  if (size > maxBytes) throw tooLarge()
  return concat(chunks, size)
}

/** The chunks joined; `size` is the sum of their lengths. */
export function concat(chunks: Iterable<Uint8Array>, size: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.byteLength
  }
  return joined
}
