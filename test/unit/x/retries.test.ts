import { describe, expect, it } from 'vitest'
import { createEmulator, type Fault } from '../../../src/emulator/index.ts'
import { createXMedia, type XApiOptions } from '../../../src/index.ts'
import { png } from '../../support/app.ts'

/** Uploads to an X that has these faults at INIT, without a pause between the attempts. */
function uploadWith(retry: XApiOptions['retry'], faults: Fault[]) {
  const emulator = createEmulator({ faults })
  let tokens = 0
  const client = createXMedia({
    token: () => `token-${tokens++}`,
    x: { retry: { backoffMs: 0, ...retry }, fetch: async (url, init) => emulator.app.request(url, init) },
  })
  return {
    upload: client.upload({ body: png, mediaType: 'image/png' }),
    attempts: () => emulator.requests().counts.initialize,
  }
}

describe.each([
  ['no retries', { retries: 0 }, 0],
  ['one retry', { retries: 1 }, 1],
  ['three retries', { retries: 3 }, 3],
  ['the default of five retries', {}, 5],
] as const)('a call with %s', (_, retry, retries) => {
  it('is made once, and once more for each retry, while X fails', async () => {
    const { upload, attempts } = uploadWith(retry, [{ step: 'initialize', kind: 'error', times: 0 }])
    await expect(upload).rejects.toMatchObject({ code: 'x_unavailable' })
    expect(attempts()).toBe(1 + retries)
  })

  it('succeeds when X fails no more often than there are retries', async () => {
    const failures = Array.from({ length: retries }, (_, at): Fault => ({ step: 'initialize', at, kind: 'error' }))
    const { upload, attempts } = uploadWith(retry, failures)
    expect(await upload).toMatchObject({ data: { size: png.length } })
    expect(attempts()).toBe(1 + retries)
  })

  it('is repeated with a new token when X refuses the one it had', async () => {
    const { upload, attempts } = uploadWith(retry, [{ step: 'initialize', kind: 'token_expired' }])
    expect(await upload).toMatchObject({ data: { size: png.length } })
    expect(attempts()).toBe(2)
  })
})
