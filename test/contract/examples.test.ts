import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataOf, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { type Program, start } from '../support/processes.ts'

const gif = sampleFile('image/gif', 5000)

describe('the example', () => {
  let emulator: EmulatorProgram
  let server: Program

  beforeEach(async () => {
    emulator = await startEmulator({
      processing: { pendingSecs: 0, inProgressSecs: 1 },
      tokens: { 'server-held-token': {}, 'token-of-alice': { user: '1' }, 'token-of-bob': { user: '2' } },
    })
  })
  afterEach(() => Promise.all([server, emulator].map((program) => program?.kill())))

  async function serve(name: string): Promise<void> {
    server = await start(`example:${name}`, {
      X_BEARER_TOKEN: 'server-held-token',
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: emulator.url,
    })
  }

  const upload = (path: string, user: string) =>
    send(
      'POST',
      server.url + path,
      { 'x-demo-user': user, 'content-type': 'image/gif', 'content-length': gif.length },
      [gif],
    )

  it('post-a-tweet uploads, waits until the file is processed, and posts it', async () => {
    await serve('post-a-tweet')
    const answer = await upload('/posts?text=Meow', 'u1')
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json).toMatchObject({ data: { id: expect.any(String), text: 'Meow' } })
    const form = new FormData()
    for (const type of ['image/png', 'image/jpeg'] as const)
      form.append('media', new Blob([sampleFile(type, 5000)], { type }), 'a')
    const posted = await fetch(`${server.url}/posts?text=Two`, {
      method: 'POST',
      body: form,
      headers: { 'x-demo-user': 'u1' },
    })
    expect([posted.status, await posted.json()]).toMatchObject([201, { data: { text: 'Two' } }])
    await emulator.setFaults([{ step: 'status', kind: 'processing_failed' }])
    expect((await upload('/posts', 'u1')).status).toBe(422)
  })

  it('multi-account uploads with the token of the user', async () => {
    await serve('multi-account')
    for (const [user, owner] of [
      ['alice', '1'],
      ['bob', '2'],
    ] as const) {
      const answer = await upload('/media', user)
      expect(await emulator.upload(dataOf(answer.json).id)).toMatchObject({ owner })
    }
    expect((await upload('/media', 'mallory')).status).toBe(401)
  })

  it('the compose box says who posts on the real X, which the environment names', async () => {
    server = await start('start', {
      X_BEARER_TOKEN: 'token-of-alice',
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: emulator.url,
      X_CLIENT_ID: 'app',
    })
    const page = await send('GET', server.url)
    expect(page.text).toContain('<strong>This is the real X.</strong> You post as <strong>@user_1</strong>')
    expect(page.text).not.toContain('Make things go wrong')
    expect(page.text).toContain('>Sign in with X</a>')
    const login = await send('GET', `${server.url}/auth/login`)
    expect(login.headers['location']).toMatch('https://x.com/i/oauth2/authorize?')
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect((await send('PUT', `${server.url}/faults/rate_limit`)).status).toBe(404)
  })

  it('rate-limit accepts ten uploads a minute from an address', async () => {
    await serve('rate-limit')
    for (let uploads = 0; uploads < 10; uploads++) expect((await upload('/media', `u${uploads}`)).status).toBe(201)
    expect((await upload('/media', 'u10')).status).toBe(429)
  })
})
