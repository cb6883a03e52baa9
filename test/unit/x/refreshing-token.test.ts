import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { createXMedia, refreshingToken, type StoredTokens } from '../../../src/index.ts'
import { sampleFile } from '../../support/media.ts'

const HOUR = 3_600_000

function setUp(stored?: StoredTokens) {
  const emulator = createEmulator()
  const saved = { tokens: stored, saves: 0 }
  const instance = (
    save = async (tokens: StoredTokens) => {
      saved.tokens = tokens
      saved.saves++
    },
  ) =>
    refreshingToken({
      clientId: 'app',
      refreshToken: 'emulator-refresh-token',
      tokenUrl: 'http://x.invalid/2/oauth2/token',
      load: () => saved.tokens,
      save,
      fetch: async (url, init) => emulator.app.request(url, init),
    })
  return { emulator, saved, instance, refreshes: () => emulator.requests().counts.token }
}

describe('refreshingToken', () => {
  it('refreshes an expired token once for twenty concurrent uploads', async () => {
    const { emulator, instance, refreshes } = setUp()
    const client = createXMedia({
      token: instance(),
      x: { fetch: async (url, init) => emulator.app.request(url, init) },
    })
    const upload = () => client.upload({ source: sampleFile('video/mp4'), mediaType: 'video/mp4' })
    await upload()
    emulator.advance(7200)
    await Promise.all(Array.from({ length: 20 }, upload))
    expect(refreshes()).toBe(2)
  })

  it('saves the new refresh token before it returns the access token', async () => {
    const { saved, instance } = setUp()
    const token = await instance()({ reason: 'initial' })
    expect(saved.tokens).toMatchObject({ accessToken: token })
  })

  it('uses stored tokens while they are valid', async () => {
    const stored = { accessToken: 'stored', refreshToken: 'r', expiresAt: Date.now() + HOUR }
    const { instance, refreshes } = setUp(stored)
    expect(await instance()({ reason: 'initial' })).toBe('stored')
    expect(refreshes()).toBe(0)
  })

  it('loads the tokens of an instance that refreshed first', async () => {
    const { instance, refreshes, saved } = setUp()
    const [a, b] = [instance(), instance()]
    const first = await a({ reason: 'initial' })
    expect(await b({ reason: 'initial' })).toBe(first)
    const second = await a({ reason: 'unauthorized', refused: first })
    expect(await b({ reason: 'unauthorized', refused: first })).toBe(second)
    expect(refreshes()).toBe(2)
    expect(saved.saves).toBe(2)
  })

  it('returns no token that it could not save, and saves it before anything else next time', async () => {
    let broken = true
    const { instance, refreshes, saved } = setUp()
    const token = instance(async (tokens) => {
      if (broken) throw new Error('disk full')
      saved.tokens = tokens
    })
    await expect(token({ reason: 'initial' })).rejects.toThrow('disk full')
    broken = false
    expect(await token({ reason: 'initial' })).toBe(saved.tokens?.accessToken)
    expect(refreshes()).toBe(1)
  })

  it('gives up a renewal that never ends, and starts another one for the next request', async () => {
    const timers: (() => void)[] = []
    let now = Date.now()
    let hangs = true
    const tokens = { accessToken: 'stored', refreshToken: 'r', expiresAt: now + 10 * HOUR }
    const token = refreshingToken(
      {
        clientId: 'app',
        refreshToken: 'r',
        load: () => (hangs ? new Promise<StoredTokens>(() => {}) : tokens),
        save: () => {},
      },
      {
        now: () => now,
        random: () => 0,
        after(_, callback) {
          timers.push(callback)
          return () => {}
        },
      },
    )
    const waiting = token({ reason: 'initial' })
    now += 46_000
    hangs = false
    expect(await token({ reason: 'initial' })).toBe('stored')
    timers[0]?.()
    await expect(waiting).rejects.toMatchObject({ code: 'token_unavailable' })
  })

  it('says why X could not be reached without the secrets of the request', async () => {
    const fetch = async (url: string, init: RequestInit) => {
      throw Object.assign(new Error('connection reset, refresh token r-secret-0123456789'), { url, init })
    }
    const secrets = { clientId: 'app', clientSecret: 'c-secret-0123456789', refreshToken: 'r-secret-0123456789' }
    const token = refreshingToken({ ...secrets, load: () => undefined, save: () => {}, fetch })
    const error: unknown = await token({ reason: 'initial' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'token_unavailable', cause: { name: 'Error' } })
    expect(inspect(error, { depth: 10 })).not.toMatch(/secret-0123456789|Basic/)
  })

  it('reads no more of X’s answer than a token can need', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        controller.enqueue(new Uint8Array(64 * 1024).fill(32))
      },
    })
    const token = refreshingToken({
      clientId: 'app',
      refreshToken: 'r',
      load: () => undefined,
      save: () => {},
      fetch: async () => new Response(endless),
    })
    await expect(token({ reason: 'initial' })).rejects.toMatchObject({ code: 'token_unavailable' })
    expect(sent).toBeLessThan(10)
  })

  it('fails when its refresh token was used elsewhere: the account must be authorized again', async () => {
    const { instance } = setUp({ accessToken: 'old', refreshToken: 'used before', expiresAt: 0 })
    await expect(instance()({ reason: 'initial' })).rejects.toMatchObject({ code: 'token_unavailable' })
  })
})
