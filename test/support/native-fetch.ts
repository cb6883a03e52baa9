import { request } from 'node:http'
import type { UploadMediaOptions } from '../../src/browser/index.ts'
import { readAnswer } from './client.ts'

/** `fetch` as React Native has it: it resolves when the whole response is there, which has no stream. */
export const nativeFetch: NonNullable<UploadMediaOptions['fetch']> = async (url, init) => {
  const { method = 'GET', headers, body, signal } = init
  const outgoing = request(url, { method, agent: false })
  for (const [name, value] of Object.entries(headers ?? {})) outgoing.setHeader(name, value)
  // `readAnswer` rejects with it, unless the response is already there.
  outgoing.on('error', () => {})
  const abort = () => outgoing.destroy(new Error('aborted'))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  const answer = readAnswer(outgoing)
  if (body instanceof Blob) {
    outgoing.setHeader('content-length', body.size)
    outgoing.write(new Uint8Array(await body.arrayBuffer()))
  }
  outgoing.end()
  const { status, headers: received, text } = await answer
  const pairs = Object.entries(received).map(([name, value]): [string, string] => [name, String(value)])
  return { ok: status >= 200 && status < 300, status, headers: new Headers(pairs), text: async () => text }
}
