import { Hono } from 'hono'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { memoryStore, xMedia } from '../../../src/index.ts'
import { xSignIn } from '../../../src/oauth/index.ts'

const options = {
  clientId: 'app',
  redirectUri: 'https://app.example/auth/callback',
  secret: 'a secret of at least thirty-two bytes',
  store: memoryStore(),
}

/** What is wrong with the options after some changes. */
function mistakesIn(changes: object): string[] {
  try {
    xSignIn({ ...options, ...changes })
    return []
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return error.message.split('\n- ').slice(1)
  }
}

describe('the options of xSignIn', () => {
  it.each([
    {},
    { clientSecret: '-a_secret' },
    { secret: [options.secret, 'another key of at least thirty-two bytes'] },
    { redirectUri: 'http://127.0.0.1:8787/callback' },
    { redirectUri: 'http://localhost:8787/auth/callback' },
    { redirectUri: 'http://[::1]:8787/auth/callback' },
    { scopes: ['users.read', 'tweet.read', 'media.write', 'dm.write'] },
  ])('may be %j', (changes) => {
    expect(mistakesIn(changes)).toEqual([])
  })

  it.each([
    [{ clientId: '' }, "clientId must be copied from X's developer console, without spaces around it"],
    [{ clientSecret: ' secret' }, "clientSecret must be copied from X's developer console, without spaces around it"],
    [{ clientId: undefined }, 'clientId is not set: it must be a string'],
    [{ redirectUri: undefined }, 'redirectUri is not set: it must be the URL of the /callback route'],
    [
      { redirectUri: 'http://app.example/auth/callback' },
      'redirectUri must begin with https://, unless the host is 127.0.0.1, not "http://app.example/auth/callback"',
    ],
    [
      { redirectUri: 'https://app.example/auth/callback?next' },
      'redirectUri must be an http(s) URL without credentials, query or fragment, not "https://app.example/auth/callback?next"',
    ],
    [
      { redirectUri: 'https://me:password@app.example/callback' },
      'redirectUri must be an http(s) URL without credentials, query or fragment, not "https://…@app.example/callback"',
    ],
    [
      { redirectUri: 'https://app.example/auth' },
      'redirectUri must end with /callback, not "https://app.example/auth"',
    ],
    [{ redirectUri: 'http://localhost.evil.example/callback' }, /^redirectUri must begin with https/],
    [{ secret: undefined }, 'secret is not set: it must be a string of at least 32 bytes, or a list of such strings'],
    [{ secret: 'too short' }, 'secret has 9 bytes, needs 32'],
    [{ scopes: ['media.write'] }, 'scopes must contain media.write, users.read, tweet.read'],
    [{ authorizeUrl: 'x.com' }, 'authorizeUrl must be an http(s) URL without credentials, query or fragment'],
    [{ apiBaseUrl: 'ftp://x.com' }, 'apiBaseUrl must be an http(s) URL without credentials, query or fragment'],
    [{ subject: 'u1' }, 'subject must be a function'],
    [{ redirectURI: 'x' }, 'redirectURI is not an option: did you mean redirectUri?'],
  ])('must not be %j', (changes, mistake) => {
    expect(mistakesIn(changes)).toEqual([typeof mistake === 'string' ? mistake : expect.stringMatching(mistake)])
  })

  it.each([
    [undefined, 'https://x.com/i/oauth2/authorize'],
    ['https://api.x.com/', 'https://x.com/i/oauth2/authorize'],
    ['http://127.0.0.1:8788', 'http://127.0.0.1:8788/i/oauth2/authorize'],
  ])('have for the API at %s the authorize page %s', async (apiBaseUrl, page) => {
    const { routes } = xSignIn({ ...options, ...(apiBaseUrl !== undefined && { apiBaseUrl }) })
    expect((await routes.request('/login')).headers.get('location')).toContain(`${page}?`)
  })

  it('must have a store that compares and swaps, which Workers KV does not', () => {
    const kv = { get: async () => null, put: async () => undefined, delete: async () => undefined }
    for (const store of [kv, undefined]) {
      expect(mistakesIn({ store })).toEqual([
        expect.stringMatching(/^store .*must .*Workers KV cannot compare and swap/),
      ])
    }
  })

  it('type the context by the app’s own environment, and fit xMedia', async () => {
    interface AppEnv {
      Variables: { user: string }
    }
    const { secret, store } = options
    const x = xSignIn<AppEnv>({
      ...options,
      subject(c) {
        expectTypeOf(c.var.user).toEqualTypeOf<string>()
        return c.var.user
      },
    })
    const media = xMedia<AppEnv>({ ...x.access, secret, store, http: { mountPath: (c) => `/for/${c.var.user}` } })
    const app = new Hono<AppEnv>()
      .use((c, next) => {
        c.set('user', 'u1')
        return next()
      })
      .route('/media', media)
    expect((await app.request('/media/status/1')).status).toBe(401)
  })

  it('show all mistakes at once', () => {
    expect(mistakesIn({ clientId: 1, secret: '', store: {}, redirectUri: '', scopes: [] })).toHaveLength(5)
  })
})
