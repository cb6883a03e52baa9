import { describe, expect, it, vi } from 'vitest'
import { createXMedia, memoryStore, type Store } from '../../../src/index.ts'
import { sampleFile } from '../../support/media.ts'
import { Browser, passTime, serveSignIn, serveX, TOKEN } from '../../support/sign-in.ts'

const TWO_HOURS = 7200

/** A store in memory whose answers take a turn of the event loop, as those of a server do. */
function distantStore(): Store {
  const memory = memoryStore()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    async get(key) {
      await turn()
      return await memory.get(key)
    },
    async compareAndSwap(...swap) {
      await turn()
      return await memory.compareAndSwap(...swap)
    },
  }
}

async function problemOf(response: Response): Promise<unknown> {
  const { status, code, login } = await response.json()
  return { status, code, login }
}

describe('an expired token', () => {
  it('is refreshed once by twenty parallel uploads on three instances', async () => {
    const x = await serveX()
    const store = distantStore()
    const servers = [
      await serveSignIn(x, { store }),
      await serveSignIn(x, { store }),
      await serveSignIn(x, { store }),
    ] as const
    const browser = new Browser()
    await browser.signIn(servers[0])
    const expired = await servers[0].x.tokenFor('12')
    passTime(x, TWO_HOURS)
    const uploads = Array.from({ length: 20 }, (_, index) => browser.upload(servers[index % 3] ?? servers[0]))
    const statuses = (await Promise.all(uploads)).map(({ status }) => status)
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 201))
    // One for the code, and one for the refresh.
    expect(x.requests().counts.token).toBe(2)
    const tokens = await Promise.all(servers.map((server) => server.x.tokenFor('12')))
    expect(new Set(tokens).size).toBe(1)
    expect(tokens).not.toContain(expired)
  })

  it('is refreshed when only X’s clock says so', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    x.advance(TWO_HOURS)
    const uploads = await Promise.all(Array.from({ length: 5 }, () => browser.upload(server)))
    expect(uploads.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    expect(x.requests().counts.token).toBe(2)
  })

  it('is refreshed again and again: each refresh token works once', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    await new Browser().signIn(server)
    const tokens = new Set<string>()
    for (let hours = 0; hours < 6; hours += 2) {
      passTime(x, TWO_HOURS)
      tokens.add(await server.x.tokenFor('12'))
    }
    expect(tokens.size).toBe(3)
  })

  it('keeps its pair while X fails with 5xx, and is refreshed when X is back', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    passTime(x, TWO_HOURS)
    x.setFaults({ faults: [{ step: 'token', kind: 'error', status: 503, times: 2 }] })
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await browser.upload(server)
      expect(await problemOf(response)).toEqual({ status: 502, code: 'x_unavailable' })
    }
    expect(server.lines).toEqual([expect.stringContaining('(503)')])
    expect((await browser.upload(server)).status).toBe(201)
  })

  it('is saved although the store fails for a moment after X has answered', async () => {
    const x = await serveX()
    const store = distantStore()
    const server = await serveSignIn(x, { store })
    await new Browser().signIn(server)
    passTime(x, TWO_HOURS)
    const { compareAndSwap } = store
    let writes = 0
    store.compareAndSwap = async (...swap) => {
      writes++
      // The first write takes the lease. The answer to the second one is lost; the third one is not made.
      if (writes === 3) throw new Error('the store is down')
      const swapped = await compareAndSwap(...swap)
      if (writes === 2) throw new Error('the connection broke')
      return swapped
    }
    const token = await server.x.tokenFor('12')
    expect(writes).toBe(4)
    expect(await server.x.tokenFor('12')).toBe(token)
    expect(x.requests().counts.token).toBe(2)
  })

  it('is refreshed by another instance when the one that began has crashed', async () => {
    const x = await serveX()
    const store = distantStore()
    const server = await serveSignIn(x, { store })
    await new Browser().signIn(server)
    passTime(x, TWO_HOURS)
    // It crashes before it asks X: the lease stays.
    const crashed = await serveSignIn({ ...x, url: 'http://127.0.0.1:1' }, { store })
    const { compareAndSwap } = store
    let isFirst = true
    store.compareAndSwap = async (...swap) => {
      if (!isFirst) throw new Error('crashed')
      isFirst = false
      return await compareAndSwap(...swap)
    }
    await expect(crashed.x.tokenFor('12')).rejects.toMatchObject({ code: 'x_unavailable' })
    store.compareAndSwap = compareAndSwap
    passTime(x, 31)
    await expect(server.x.tokenFor('12')).resolves.toMatch(TOKEN)
  })

  it('is what the user has until they sign in again, without offline.access', async () => {
    const x = await serveX()
    const server = await serveSignIn(x, { scopes: ['tweet.read', 'users.read', 'media.write'] })
    const browser = new Browser()
    await browser.signIn(server)
    expect((await browser.upload(server)).status).toBe(201)
    passTime(x, TWO_HOURS)
    expect(await problemOf(await browser.upload(server))).toMatchObject({ code: 'sign_in_again' })
  })
})

describe('access that the user has revoked at X', () => {
  it('gets sign_in_again with the URL to do so, a 403, and the upload goes on afterwards', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    // Whoever signs in elsewhere with the same app ends the pair.
    await new Browser().signIn(await serveSignIn(x))
    const again = { status: 403, code: 'sign_in_again', login: `${server.url}/auth/login` }
    expect(await problemOf(await browser.upload(server))).toEqual(again)
    const calls = x.requests().counts.token
    expect(await problemOf(await browser.upload(server))).toEqual(again)
    expect(x.requests().counts.token).toBe(calls)
    await browser.signIn(server)
    expect((await browser.upload(server)).status).toBe(201)
  })

  it('gets 403 over X’s own API, too', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    await new Browser().signIn(await serveSignIn(x))
    const form = new FormData()
    form.set('media_category', 'tweet_image')
    form.set('media', new Blob([sampleFile('image/png', 5000)], { type: 'image/png' }))
    const response = await browser.send(`${server.url}/media/2/media/upload`, { method: 'POST', body: form })
    expect([response.status, await response.json()]).toMatchObject([403, { title: 'Forbidden' }])
  })

  it('keeps a resumable upload for the user who signs in again', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(server)
    const file = sampleFile('image/png', 5000)
    const tus = { 'tus-resumable': '1.0.0' }
    const metadata = `filetype ${btoa('image/png')}`
    const created = await browser.send(`${server.url}/media/files`, {
      method: 'POST',
      headers: { ...tus, 'upload-length': '5000', 'upload-metadata': metadata },
    })
    const location = new URL(created.headers.get('location') ?? '', `${server.url}/media/files`).href
    const patch = () =>
      browser.send(location, {
        method: 'PATCH',
        headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        body: file,
      })
    await new Browser().signIn(await serveSignIn(x))
    expect(await problemOf(await patch())).toMatchObject({ status: 403, code: 'sign_in_again' })
    await browser.signIn(server)
    expect((await patch()).status).toBe(204)
  })

  it('ends no pair that another instance has saved meanwhile', async () => {
    const x = await serveX()
    const store = distantStore()
    const [slow, quick] = [await serveSignIn(x, { store }), await serveSignIn(x, { store })]
    await new Browser().signIn(slow)
    passTime(x, TWO_HOURS)
    const { compareAndSwap } = store
    // Right after one instance has taken the lease, its time is up, and the other one refreshes.
    let isFirst = true
    store.compareAndSwap = async (...swap) => {
      const isLease = isFirst
      isFirst = false
      const swapped = await compareAndSwap(...swap)
      if (isLease) {
        passTime(x, 31)
        await quick.x.tokenFor('12')
      }
      return swapped
    }
    const token = await slow.x.tokenFor('12')
    expect(token).toBe(await quick.x.tokenFor('12'))
    // The code, the refresh, and the one that X refused.
    expect(x.requests().counts.token).toBe(3)
  })
})

it('waits for the pair of an instance that is slow to save it, before it calls the access ended', async () => {
  const x = await serveX()
  const store = distantStore()
  const [slow, quick] = [await serveSignIn(x, { store }), await serveSignIn(x, { store })]
  await new Browser().signIn(slow)
  passTime(x, TWO_HOURS)
  const { compareAndSwap } = store
  let writes = 0
  let token: Promise<string> | undefined
  store.compareAndSwap = async (...swap) => {
    // The second write saves the new pair, after the lease has run out and X has refused the other instance.
    if (++writes === 2) {
      passTime(x, 31)
      token = quick.x.tokenFor('12')
      await vi.waitFor(() => expect(x.requests().counts.token).toBe(3))
    }
    return await compareAndSwap(...swap)
  }
  const saved = await slow.x.tokenFor('12')
  expect(await token).toBe(saved)
})

describe('tokenFor', () => {
  it('serves jobs outside a request', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    await new Browser().signIn(server, '34')
    const client = createXMedia({ token: (request) => server.x.tokenFor('34', request), x: { baseUrl: x.url } })
    x.advance(TWO_HOURS)
    await client.upload({ source: sampleFile('image/png', 5000), mediaType: 'image/png' })
    expect(x.uploads()).toMatchObject([{ owner: '34' }])
  })

  it('asks users who never signed in to do so', async () => {
    const server = await serveSignIn(await serveX())
    await expect(server.x.tokenFor('12')).rejects.toMatchObject({ code: 'sign_in_again', status: 403 })
  })

  it('says that X does not accept the app’s credentials, and keeps the pair', async () => {
    const x = await serveX()
    const store = memoryStore()
    const server = await serveSignIn(x, { store })
    const wrong = await serveSignIn(x, { store, client: { clientId: 'app', clientSecret: 'wrong' } })
    await new Browser().signIn(server)
    passTime(x, TWO_HOURS)
    await expect(wrong.x.tokenFor('12')).rejects.toMatchObject({
      ...{ code: 'token_unavailable', status: 503 },
      cause: { message: expect.stringContaining('X refused the client id or the client secret') },
    })
    await expect(server.x.tokenFor('12')).resolves.toMatch(TOKEN)
  })

  it('opens pairs under a new key while the old one is in the list, and under no other key', async () => {
    const x = await serveX()
    const store = memoryStore()
    const [oldKey, newKey] = ['an old key of at least thirty-two bytes', 'a new key of at least thirty-two bytes']
    const before = await serveSignIn(x, { store, secret: oldKey })
    const browser = new Browser()
    await browser.signIn(before)
    const after = await serveSignIn(x, { store, secret: [newKey, oldKey] })
    await expect(after.x.tokenFor('12')).resolves.toMatch(TOKEN)
    expect((await browser.upload(after)).status).toBe(201)
    const other = await serveSignIn(x, { store, secret: newKey })
    await expect(other.x.tokenFor('12')).rejects.toMatchObject({ code: 'sign_in_again' })
    expect((await browser.upload(other)).status).toBe(401)
  })

  it('does not take the pair of one user for that of another', async () => {
    const x = await serveX()
    const texts = new Map<string, string>()
    const store: Store = {
      get: async (key) => texts.get(key.replace(':34', ':12')),
      async compareAndSwap(key, before, after) {
        if (texts.get(key) !== before || after === undefined) return false
        texts.set(key, after)
        return true
      },
    }
    const server = await serveSignIn(x, { store })
    await new Browser().signIn(server, '12')
    await expect(server.x.tokenFor('12')).resolves.toMatch(TOKEN)
    await expect(server.x.tokenFor('34')).rejects.toMatchObject({ code: 'sign_in_again' })
  })
})
