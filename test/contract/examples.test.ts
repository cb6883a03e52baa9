import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { dataOf, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { type Program, start } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'
import { REDIS, startRedis } from '../support/redis.ts'

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

  async function serve(name: string, env: Record<string, string> = {}): Promise<void> {
    server = await start(`example:${name}`, {
      ...env,
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
    expect(login.headers['location']).toContain(`${emulator.url}/i/oauth2/authorize?`)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect((await send('PUT', `${server.url}/faults/rate_limit`)).status).toBe(404)
  })

  it('rate-limit accepts ten uploads a minute from an address', async () => {
    await serve('rate-limit')
    for (let uploads = 0; uploads < 10; uploads++) expect((await upload('/media', `u${uploads}`)).status).toBe(201)
    expect((await upload('/media', 'u10')).status).toBe(429)
  })

  it.skipIf(!REDIS)('cluster goes on with an upload when the server that had it dies', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    await serve('cluster', { X_MEDIA_STORE: redis.url })
    const started = () => server.output().match(/(?<=server )\d+(?= listens)/g) ?? []
    await expect.poll(() => started().length).toBe(3)
    const file = randomVideo(100_000)
    const tus = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0', 'upload-metadata': `filetype ${btoa('video/mp4')}` }
    const created = await send('POST', `${server.url}/media/files`, { ...tus, 'upload-length': file.length })
    const path = `${server.url}/media/${created.headers.location}`
    const append = (from: number, to: number) => {
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': from }
      return send('PATCH', path, { ...tus, ...headers, 'content-length': to - from }, [file.subarray(from, to)])
    }
    expect((await append(0, 50_000)).status).toBe(204)
    const [first, second] = started().map(Number)
    for (const pid of [first, second]) process.kill(pid ?? 0, 'SIGKILL')
    const answer = await append(50_000, file.length)
    expect([answer.status, answer.headers['x-media-id']]).toEqual([204, expect.any(String)])
    await expect.poll(() => started().length).toBe(5)
  })
})
