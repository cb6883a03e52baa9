import type { FetchApp } from '../../adapters/serve.ts'
import { openReader } from '../../src/ingress/reader.ts'

const VIEW_BYTES = 256 * 1024

/** Reads a body as the middleware reads it and throws it away: what is left is the runtime's own cost. */
export const drain: FetchApp = {
  async fetch({ body, url }) {
    const reader = openReader(body ?? new Blob().stream())
    const refuse = new URL(url).pathname === '/refuse'
    let view = new Uint8Array(VIEW_BYTES)
    for (let done = false; !done; ) {
      const read = await reader.read(view, 0)
      view = read.view
      done = read.done || refuse
    }
    if (refuse) reader.cancel(new Error('refused'))
    return new Response('{}', { status: refuse ? 400 : 201 })
  },
}

// What workerd takes a module's handlers from.
export default drain
