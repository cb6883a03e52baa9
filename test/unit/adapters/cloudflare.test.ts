import { expect, it, onTestFinished, vi } from 'vitest'
import { durableObjectStore, worker } from '../../../adapters/cloudflare.ts'

it.each([
  [{}, false],
  [{ enable_request_signal: true }, false],
  [{ handle_cross_request_promise_resolution: true }, false],
  [{ enable_request_signal: true, handle_cross_request_promise_resolution: true }, true],
])('serves with the compatibility flags %j: %s', async (compatibilityFlags, serves) => {
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  vi.stubGlobal('Cloudflare', { compatibilityFlags })
  const asked = worker(() => ({ fetch: () => new Response('served') })).fetch(new Request('http://x/'), {}, {})
  if (serves) expect(await (await asked).text()).toBe('served')
  else await expect(asked).rejects.toThrow(TypeError)
})

it.each([
  [undefined, 'undefined'],
  ['a secret', 'string'],
  [{ get: async () => null, put: async () => undefined }, 'another binding'],
])('refuses %j in the place of a Durable Object binding at once, and says what it got', (binding, got) => {
  const create = () => Reflect.apply(durableObjectStore, undefined, [binding])
  const message = `No Durable Object binding, but ${got}: is the name in wrangler.toml, such as UPLOADS?`
  expect(create).toThrow(new TypeError(message))
})
