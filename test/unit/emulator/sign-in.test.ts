import { describe, expect, it } from 'vitest'
import { type Calls, callsTo, createCalls } from '../../support/emulator-calls.ts'

const REDIRECT_URI = 'https://app.example/auth/callback'
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters'
/** SHA-256 of the verifier, base64url. */
const CHALLENGE = 'mg3QoZgnRJxQy_jYdfW7D8wJkoziCuM8Yhos7PwVvsI'
const SCOPES = 'tweet.read tweet.write users.read media.write offline.access'
const INVALID_CODE = 'Value passed for the authorization code was invalid.'

interface Pair {
  access_token: string
  refresh_token?: string
  scope: string
}

function authorizePath(changes: Record<string, string> = {}): string {
  const query = {
    ...{ response_type: 'code', client_id: 'app', redirect_uri: REDIRECT_URI, scope: SCOPES, state: 'abc' },
    ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256' },
    ...changes,
  }
  return `/i/oauth2/authorize?${new URLSearchParams(query)}`
}

/** Presses a button of the authorize page, and returns where it leads. */
async function decide(calls: Calls, decision: string, changes: Record<string, string> = {}, user = '12'): Promise<URL> {
  const response = await calls.send('POST', authorizePath(changes), { body: new URLSearchParams({ decision, user }) })
  return new URL(response.headers.get('location') ?? `about:${response.status}`)
}

const codeFrom = async (calls: Calls, changes?: Record<string, string>, user?: string): Promise<string> =>
  (await decide(calls, 'authorize', changes, user)).searchParams.get('code') ?? ''

function exchange(calls: Calls, code: string, changes: Record<string, string> = {}): Promise<Response> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
  return calls.send('POST', '/2/oauth2/token', { body: new URLSearchParams({ client_id: 'app', ...form, ...changes }) })
}

async function signIn(calls: Calls, changes?: Record<string, string>, user?: string): Promise<Pair> {
  return await (await exchange(calls, await codeFrom(calls, changes, user))).json()
}

const me = async (calls: Calls, token: string) => await callsTo(calls.emulator, token).send('GET', '/2/users/me')

const described = async (response: Response) => {
  const body: { error: string; error_description: string } = await response.json()
  return [response.status, body.error, body.error_description]
}

describe('the authorize page', () => {
  it('names the app and its scopes, and has a button for either decision', async () => {
    const text = await (await createCalls().send('GET', authorizePath({ client_id: '<i>' }))).text()
    expect(text).toContain('<code>media.write</code>')
    expect(text).toContain('&lt;i&gt;')
    expect(text.match(/<button[^>]*>[^<]*/g)?.map((button) => button.replace(/.*>/, ''))).toEqual([
      'Authorize app',
      'Cancel',
    ])
  })

  it('sends the user back with a code, or with access_denied, and the state', async () => {
    const calls = createCalls()
    const { origin, pathname, searchParams } = await decide(calls, 'authorize')
    expect(origin + pathname).toBe(REDIRECT_URI)
    expect(Object.fromEntries(searchParams)).toEqual({ code: expect.stringMatching(/./), state: 'abc' })
    const denied = await decide(calls, 'cancel')
    expect(Object.fromEntries(denied.searchParams)).toEqual({ error: 'access_denied', state: 'abc' })
  })

  it.each([
    { response_type: 'token' },
    { client_id: 'other' },
    { redirect_uri: `${REDIRECT_URI}/` },
    { scope: 'tweet.read media.wirte' },
    { scope: '' },
    { state: '' },
    { state: 's'.repeat(501) },
    { code_challenge: '' },
    { code_challenge_method: 'S512' },
  ])('ends on X’s error page, with no way back, for %j', async (changes) => {
    const calls = createCalls({ refresh: { clientId: 'app', redirectUris: [REDIRECT_URI] } })
    for (const [method, init] of [['GET'], ['POST', { body: new URLSearchParams({ user: '1' }) }]] as const) {
      const response = await calls.send(method, authorizePath(changes), init)
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).toContain('weren’t able to give access to the App')
    }
    expect((await calls.send('GET', authorizePath())).status).toBe(200)
  })
})

describe('the code', () => {
  it('is exchanged for tokens of the user with the scopes that the app asked for', async () => {
    const calls = createCalls({ tokens: {} })
    const pair = await signIn(calls)
    expect(pair).toMatchObject({ token_type: 'bearer', expires_in: 7200, scope: SCOPES })
    const answer = await me(calls, pair.access_token)
    expect(await answer.json()).toEqual({ data: { id: '12', name: 'Emulated user 12', username: 'user_12' } })
  })

  it('works once, for 30 seconds, and for its own app', async () => {
    const calls = createCalls()
    const code = await codeFrom(calls)
    expect((await exchange(calls, code)).status).toBe(200)
    expect(await described(await exchange(calls, code))).toEqual([400, 'invalid_request', INVALID_CODE])
    const late = await codeFrom(calls)
    calls.emulator.advance(30)
    expect(await described(await exchange(calls, late))).toEqual([400, 'invalid_request', INVALID_CODE])
    const stolen = await exchange(calls, await codeFrom(calls), { client_id: 'other' })
    expect(await described(stolen)).toEqual([400, 'invalid_request', INVALID_CODE])
  })

  it.each([
    [{ code_verifier: '' }, 'Missing required parameter [code_verifier].'],
    [{ code: '' }, 'Missing required parameter [code].'],
    [{ code_verifier: `${VERIFIER}x` }, 'Value passed for the code verifier did not match the code challenge.'],
    [
      { redirect_uri: `${REDIRECT_URI}/` },
      'Value passed for the redirect uri did not match the uri of the authorization code.',
    ],
  ])('is refused with %j', async (changes, description) => {
    const calls = createCalls()
    const answer = await exchange(calls, await codeFrom(calls), changes)
    expect(await described(answer)).toEqual([400, 'invalid_request', description])
  })

  it('is also verified by a plain challenge', async () => {
    const calls = createCalls()
    const code = await codeFrom(calls, { code_challenge: VERIFIER, code_challenge_method: 'plain' })
    expect((await exchange(calls, code)).status).toBe(200)
  })

  it('brings no refresh token without offline.access, and no scope that the user cannot grant', async () => {
    const calls = createCalls({ refresh: { grantableScopes: ['tweet.read', 'users.read'] } })
    const pair = await signIn(calls)
    expect(pair.scope).toBe('tweet.read users.read')
    expect(pair.refresh_token).toBeUndefined()
  })
})

describe('a signed-in user', () => {
  it('has one pair of tokens: the next sign-in ends it, and that of no other user', async () => {
    const calls = createCalls()
    const [first, other] = [await signIn(calls), await signIn(calls, {}, '34')]
    const second = await signIn(calls)
    expect((await me(calls, first.access_token)).status).toBe(401)
    expect(calls.emulator.requests().counts.token).toBe(3)
    const refreshed = await calls.send('POST', '/2/oauth2/token', {
      body: new URLSearchParams({
        ...{ grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '', client_id: 'app' },
      }),
    })
    expect(refreshed.status).toBe(400)
    for (const pair of [second, other]) expect((await me(calls, pair.access_token)).status).toBe(200)
  })

  it('loses the tokens that the app revokes', async () => {
    const calls = createCalls()
    const { access_token } = await signIn(calls)
    const revoke = (form: Record<string, string>) =>
      calls.send('POST', '/2/oauth2/revoke', { body: new URLSearchParams(form) })
    expect((await revoke({ token: access_token })).status).toBe(401)
    expect((await revoke({ client_id: 'app' })).status).toBe(400)
    expect(await (await revoke({ token: access_token, client_id: 'app' })).json()).toEqual({ revoked: true })
    expect((await me(calls, access_token)).status).toBe(401)
  })

  it('is known only to a token with tweet.read and users.read', async () => {
    const calls = createCalls()
    const { access_token } = await signIn(calls, { scope: 'users.read' })
    expect((await me(calls, access_token)).status).toBe(403)
  })
})
