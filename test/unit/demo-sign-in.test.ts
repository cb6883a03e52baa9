import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { demoOptions } from '../../cli/server/demo-options.ts'
import { createSignIn } from '../../examples/browser/sign-in.ts'
import { createEmulator } from '../../src/emulator/index.ts'

const env = { X_BEARER_TOKEN: 'token', X_MEDIA_SECRET: 'a secret of at least thirty-two bytes' }

/** The subject as which the page's server takes a request that names one and has no cookie. */
async function subjectOf(named: string, emulator?: ReturnType<typeof createEmulator>): Promise<string> {
  const options = demoOptions(env)
  const { access } = createSignIn({ env, options, emulator, url: 'http://localhost', shrinksImages: false })
  const app = new Hono().get('/', async (c) => c.text((await access.authorize(c))?.subject ?? 'nobody'))
  return await (await app.request('/', { headers: { 'x-demo-user': named } })).text()
}

describe('the sign-in of the upload page', () => {
  it('takes nobody for a user who has signed in with the real X only because a request says so', async () => {
    expect(await subjectOf('x-user-34')).toBe('nobody')
    expect(await subjectOf('me')).toBe('me')
  })

  it('does while X is emulated, so that copied commands run', async () => {
    expect(await subjectOf('x-user-34', createEmulator())).toBe('x-user-34')
  })
})
