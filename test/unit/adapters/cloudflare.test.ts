import { expect, it, onTestFinished, vi } from 'vitest'
import { worker } from '../../../adapters/cloudflare.ts'

it.each([
  [{}, false],
  [{ enable_request_signal: true }, true],
])('serves with the compatibility flags %j: %s', async (compatibilityFlags, serves) => {
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  vi.stubGlobal('Cloudflare', { compatibilityFlags })
  const asked = worker(() => ({ fetch: () => new Response('served') })).fetch(new Request('http://x/'), {}, {})
  if (serves) expect(await (await asked).text()).toBe('served')
  else await expect(asked).rejects.toThrow(TypeError)
})
