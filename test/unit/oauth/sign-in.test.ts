import { describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../src/index.ts'
import { Browser, locationOf, passTime, serveSignIn, serveX, TOKEN } from '../../support/sign-in.ts'

/** Status and heading of a page. */
async function pageOf(response: Response): Promise<[number, string | undefined]> {
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  return [response.status, /<h1>(.*)<\/h1>/.exec(await response.text())?.[1]]
}

describe('a sign-in', () => {
  it('lets the user upload to their own account', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    expect((await browser.upload(server)).status).toBe(401)
    const response = await browser.signIn(server, '34')
    expect([response.status, locationOf(response)]).toEqual([303, `${server.url}/`])
    expect((await browser.upload(server)).status).toBe(201)
    expect(x.uploads()).toMatchObject([{ owner: '34' }])
    expect(x.violations()).toEqual([])
  })

  it('works for a public client, which has no secret', async () => {
    const client = { clientId: 'native' }
    const server = await serveSignIn(await serveX({}, client), { client })
    const browser = new Browser()
    await browser.signIn(server)
    expect((await browser.upload(server)).status).toBe(201)
  })

  it('sends X the registered redirect URI whatever host the request names, PKCE, and the scopes', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const response = await fetch(`${server.url.replace('127.0.0.1', 'localhost')}/auth/login`, { redirect: 'manual' })
    const { searchParams } = new URL(locationOf(response))
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: `${server.url}/auth/callback`,
      scope: 'tweet.read tweet.write users.read media.write offline.access',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('shows no token in pages, cookies, URLs and logs, and none in the store', async () => {
    const x = await serveX()
    const kept: string[] = []
    const memory = memoryStore()
    const store: Store = {
      get: memory.get,
      compareAndSwap: (key, before, after, expiresAt) => {
        kept.push(key, after ?? '')
        return memory.compareAndSwap(key, before, after, expiresAt)
      },
    }
    const server = await serveSignIn(x, { store })
    const browser = new Browser()
    await browser.signIn(server)
    await browser.upload(server)
    x.setFaults({ faults: [{ step: 'revoke', kind: 'error', times: 0 }] })
    await browser.signOut(server)
    await browser.upload(server)
    expect(kept.length).toBeGreaterThan(2)
    expect([...browser.seen, ...browser.cookies.values(), ...kept, ...server.lines].join('\n')).not.toMatch(TOKEN)
    expect(await server.x.tokenFor('12').catch(String)).not.toMatch(TOKEN)
  })

  it('goes on in a second tab, and in the first one afterwards', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    const first = await browser.openLogin(server, '?return_to=/first')
    const second = await browser.openLogin(server, '?return_to=/second')
    for (const [authorizeUrl, path] of [
      [second, '/second'],
      [first, '/first'],
    ] as const) {
      expect(locationOf(await browser.send(await browser.decide(authorizeUrl)))).toBe(server.url + path)
    }
    expect([...browser.cookies.keys()]).toEqual(['x_session'])
  })

  it('keeps the cookies of the latest five sign-ins alone', async () => {
    const server = await serveSignIn(await serveX())
    const browser = new Browser()
    const tabs: string[] = []
    for (let tab = 0; tab < 7; tab++) tabs.push(await browser.openLogin(server))
    expect(browser.cookies.size).toBe(5)
    expect((await browser.send(await browser.decide(tabs[0] ?? ''))).status).toBe(400)
    expect((await browser.send(await browser.decide(tabs[6] ?? ''))).status).toBe(303)
  })

  it.each([
    ['/compose?draft=1', '/compose?draft=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example', '//evil.example'],
    ['http://[', '/'],
  ])('returns from %j to %j on its own origin', async (returnTo, path) => {
    const server = await serveSignIn(await serveX())
    const browser = new Browser()
    const login = await browser.openLogin(server, `?${new URLSearchParams({ return_to: returnTo })}`)
    expect(locationOf(await browser.send(await browser.decide(login)))).toBe(server.url + path)
  })

  it('links the account to a user of the app’s own', async () => {
    const x = await serveX()
    const server = await serveSignIn(x, { subject: async (c, { id, username }) => `${c.req.path} ${id} ${username}` })
    const browser = new Browser()
    await browser.signIn(server, '34')
    await expect(server.x.tokenFor('/auth/callback 34 user_34')).resolves.toMatch(TOKEN)
  })

  it('replaces the pair of the same account', async () => {
    const server = await serveSignIn(await serveX())
    const browsers = [new Browser(), new Browser()] as const
    await browsers[0].signIn(server)
    const first = await server.x.tokenFor('12')
    await browsers[1].signIn(server)
    expect(await server.x.tokenFor('12')).not.toBe(first)
    for (const browser of browsers) expect((await browser.upload(server)).status).toBe(201)
  })

  it('survives X not knowing the new token at first', async () => {
    const x = await serveX({ faults: [{ step: 'me', kind: 'error', status: 401 }] })
    expect((await new Browser().signIn(await serveSignIn(x))).status).toBe(303)
  })
})

describe('a failed sign-in', () => {
  it('says that the user denied access, and starts again only when the user wants it', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    const response = await browser.send(await browser.decide(await browser.openLogin(server), 'cancel'))
    const text = await response.clone().text()
    expect(await pageOf(response)).toEqual([403, 'You did not give access'])
    expect(text).toContain(`<a href="${server.url}/auth/login">`)
    expect(browser.cookies.size).toBe(0)
    expect(x.requests().counts.token).toBe(0)
    expect(server.lines).toEqual([])
  })

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'a'.repeat(43))],
    ['a state that is no name', (url: URL) => url.searchParams.set('state', '"<script>')],
    ['no state', (url: URL) => url.searchParams.delete('state')],
  ])('is refused with %s, before X is asked', async (_, tamper) => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    const callback = new URL(await browser.decide(await browser.openLogin(server)))
    tamper(callback)
    expect(await pageOf(await browser.send(callback.href))).toEqual([400, 'This sign-in cannot be finished'])
    expect(x.requests().counts.token).toBe(0)
  })

  it('is refused in another browser, with a changed cookie, and a second time', async () => {
    const server = await serveSignIn(await serveX())
    const [browser, forger, copy] = [new Browser(), new Browser(), new Browser()]
    const callback = await browser.decide(await browser.openLogin(server, '?return_to=/auth'))
    const lost = [400, 'This sign-in cannot be finished']
    for (const [name, value] of browser.cookies) {
      copy.cookies.set(name, value)
      expect(value).toContain('%2Fauth')
      forger.cookies.set(name, value.replace('%2Fauth', '%2Foath'))
    }
    expect(await pageOf(await new Browser().send(callback))).toEqual(lost)
    expect(await pageOf(await forger.send(callback))).toEqual(lost)
    expect((await browser.send(callback)).status).toBe(303)
    expect(await pageOf(await browser.send(callback))).toEqual(lost)
    // X refuses a code that comes twice.
    expect(await pageOf(await copy.send(callback))).toEqual([400, 'X did not accept this sign-in'])
  })

  it('is refused after ten minutes, though the browser kept the cookie', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    const login = await browser.openLogin(server)
    passTime(x, 600)
    const page = await pageOf(await browser.send(await browser.decide(login)))
    expect(page).toEqual([400, 'This sign-in cannot be finished'])
    expect(x.requests().counts.token).toBe(0)
  })

  it('takes no cookie of one purpose for one of another', async () => {
    const server = await serveSignIn(await serveX())
    const browser = new Browser()
    await browser.openLogin(server)
    for (const value of [...browser.cookies.values()]) browser.cookies.set('x_session', value)
    expect((await browser.upload(server)).status).toBe(401)
  })

  it('says at once that media.write is missing, keeps nothing, and tells the operator what to do', async () => {
    const x = await serveX({ refresh: { grantableScopes: ['tweet.read', 'users.read', 'offline.access'] } })
    const server = await serveSignIn(x)
    const browser = new Browser()
    expect(await pageOf(await browser.signIn(server))).toEqual([403, 'X did not grant all that this app needs'])
    expect(server.lines).toEqual([expect.stringMatching(/X did not grant media\.write.*Read and write/)])
    expect(x.requests().counts.revoke).toBe(2)
    expect((await browser.upload(server)).status).toBe(401)
  })

  it.each([
    ['token', { kind: 'error', status: 503, body: 'html' }, [502, 'X did not answer as expected']],
    ['token', { kind: 'success', body: 'truncated' }, [502, 'X did not answer as expected']],
    ['token', { kind: 'redirect' }, [502, 'X did not answer as expected']],
    ['me', { kind: 'error', status: 503, times: 0 }, [502, 'X did not answer as expected']],
    ['me', { kind: 'error', status: 402 }, [502, 'X asks this app for payment']],
    ['me', { kind: 'error', status: 403 }, [502, 'X does not tell this app who you are']],
  ] as const)('says so when X fails at the step %s with %j', async (step, fault, page) => {
    const x = await serveX({ faults: [{ step, ...fault }] })
    const server = await serveSignIn(x)
    expect(await pageOf(await new Browser().signIn(server))).toEqual(page)
    expect(server.lines).toHaveLength(1)
    await expect(server.x.tokenFor('12')).rejects.toMatchObject({ code: 'sign_in_again' })
  })

  it.each([
    [{ clientSecret: 'wrong' }, 'A secret was sent'],
    [{}, 'No secret was sent'],
  ])('says so when X does not know the app with %j', async (secret, sentence) => {
    const server = await serveSignIn(await serveX(), { client: { clientId: 'app', ...secret } })
    expect(await pageOf(await new Browser().signIn(server))).toEqual([500, 'This app is not set up correctly'])
    const line = `X refused the client id or the client secret. ${sentence}. Both are at console.x.com, under Keys.`
    expect(server.lines).toEqual([expect.stringContaining(line)])
  })

  it('says so when the app knows no user for the account', async () => {
    const server = await serveSignIn(await serveX(), { subject: () => null })
    const page = await pageOf(await new Browser().signIn(server))
    expect(page).toEqual([403, 'This app did not accept your X account'])
  })

  it('says so when the store fails', async () => {
    const broken = () => Promise.reject(new Error('disk full'))
    const server = await serveSignIn(await serveX(), { store: { get: broken, compareAndSwap: broken } })
    expect(await pageOf(await new Browser().signIn(server))).toEqual([503, 'This app could not save your sign-in'])
  })

  it.each([
    ['invalid_scope', /with the error invalid_scope\. \(request [\w-]+\)$/],
    ['<script>', /without a code\. \(request [\w-]+\)$/],
  ])('tells the error %j of X to the operator alone, if it is one', async (error, line) => {
    const server = await serveSignIn(await serveX())
    const browser = new Browser()
    const callback = new URL(await browser.decide(await browser.openLogin(server), 'cancel'))
    callback.searchParams.set('error', error)
    const response = await browser.send(callback.href)
    expect(response.status).toBe(502)
    expect(await response.text()).not.toContain(error)
    expect(server.lines).toEqual([expect.stringMatching(line)])
  })
})

describe('the routes', () => {
  it('leave the code alone when a program asks for the head of the callback', async () => {
    const x = await serveX()
    const server = await serveSignIn(x)
    const browser = new Browser()
    const callback = await browser.decide(await browser.openLogin(server))
    expect((await browser.send(callback, { method: 'HEAD' })).status).toBe(200)
    expect((await browser.send(callback)).status).toBe(303)
    expect(x.requests().counts.token).toBe(1)
  })

  it('let nobody cache a page, frame it, or learn the code from it', async () => {
    const server = await serveSignIn(await serveX())
    const { headers } = await new Browser().send(`${server.url}/auth/callback`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })

  it('set cookies for HTTP only, with Lax, and without Secure on loopback alone', async () => {
    const x = await serveX()
    const local = await serveSignIn(x)
    const browser = new Browser()
    await browser.signIn(local)
    const remote = await serveSignIn(x, { redirectUri: 'https://app.example/auth/callback' })
    await browser.openLogin(remote)
    const [start = '', , session = '', secure = ''] = browser.setCookies
    expect(start).toMatch(/^x_sign_in_[\w-]{43}=.*; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(session).toMatch(/^x_session=.*; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(secure).toMatch(/^__Host-x_sign_in_[\w-]{43}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })
})
