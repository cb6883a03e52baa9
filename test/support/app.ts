import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import type { XMediaOptions } from '../../src/index.ts'
import { sampleFile } from './media.ts'

/** An emulated X in this process, for apps that are asked without a socket. */
export const emulator: Emulator = createEmulator()
/** Options of an app in front of it. */
export const base: XMediaOptions = {
  token: 'server-held-token',
  secret: 's'.repeat(32),
  authorize: (c) => ({ subject: c.req.header('x-demo-user') ?? 'u1' }),
  fetch: async (url, init) => emulator.app.request(url, init),
}

/** A request with a file as raw body. */
export function post(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body,
    headers: { 'content-type': 'image/png', 'content-length': String(body.length), ...headers },
  }
}

/** A picture of 5000 bytes. */
export const png: Uint8Array<ArrayBuffer> = sampleFile('image/png', 5000)

/** Status and code of a problem. */
export async function codeOf(asked: Response | Promise<Response>): Promise<[number, unknown]> {
  const answer = await asked
  const json: unknown = await answer.json()
  return [answer.status, typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined]
}
