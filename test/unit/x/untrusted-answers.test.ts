import { expect, it } from 'vitest'
import { serveEmulator } from '../../../cli/server/serve-emulator.ts'
import { createXMedia } from '../../../src/index.ts'
import { png } from '../../support/app.ts'

it('does not send the token after a redirect', async () => {
  const elsewhere = await serveEmulator()
  const location = `${elsewhere.url}/2/media/upload/initialize`
  const x = await serveEmulator({ faults: [{ step: 'initialize', kind: 'redirect', location, times: 0 }] })
  const client = createXMedia({ token: 'server-held-token', x: { baseUrl: x.url, retry: { retries: 0 } } })
  await expect(client.upload({ source: png, mediaType: 'image/png' })).rejects.toMatchObject({ code: 'x_unavailable' })
  expect(elsewhere.requests().counts.initialize).toBe(0)
  await Promise.all([x.close(), elsewhere.close()])
})

it.each([
  ['', {}],
  [', although it says that it is short', { 'content-length': '100', 'content-encoding': 'gzip' }],
  [', and says so', { 'content-length': '1000000000' }],
])('reads at most 64 KiB of a response that does not end%s', async (_, headers) => {
  let sent = 0
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024
        controller.enqueue(new Uint8Array(1024).fill(32))
      },
    })
  const client = createXMedia({
    token: 't',
    x: { retry: { retries: 0 }, fetch: async () => new Response(endless(), { headers }) },
  })
  await expect(client.upload({ source: png, mediaType: 'image/png' })).rejects.toMatchObject({ code: 'x_unavailable' })
  expect(sent).toBeGreaterThan(64 * 1024)
  expect(sent).toBeLessThan(80 * 1024)
})
