import type { Hono } from 'hono'
import type { UploadEnv } from '../../src/routes/upload.ts'
import { png } from './app.ts'

/** An upload whose body stays open until the test ends it. */
export interface SlowUpload {
  answer: Promise<Response>
  send(bytes: Uint8Array): void
  /** Sends the rest of the body, and ends it. */
  finish(rest?: Uint8Array): void
  abort(): void
}

export interface SlowUploadOptions {
  user: string
  /** Sent at once: the start of a video. Without it, the upload is `png` and nothing is sent yet. */
  begun?: Uint8Array
  /** The declared size. Default: that of `png`. */
  length?: number
}

export function slowUpload(app: Hono<UploadEnv>, options: SlowUploadOptions): SlowUpload {
  const { user, begun, length = png.length } = options
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
    {},
    { highWaterMark: Number.POSITIVE_INFINITY },
  )
  const writer = writable.getWriter()
  // The server may end the body first.
  const send = (bytes: Uint8Array) => void writer.write(bytes).catch(() => {})
  if (begun) send(begun)
  const abort = new AbortController()
  const headers = {
    'content-type': begun ? 'video/mp4' : 'image/png',
    'content-length': String(length),
    'x-demo-user': user,
  }
  const init = { method: 'POST', body: readable, headers, duplex: 'half', signal: abort.signal }
  return {
    answer: Promise.resolve(app.request(new Request('http://x/', init))),
    send,
    finish(rest = png.slice()) {
      send(rest)
      writer.close().catch(() => {})
    },
    abort: () => abort.abort(),
  }
}
