import { describe, expect, it } from 'vitest'
import { bytes, callsTo, createCalls } from '../../support/emulator-calls.ts'

const UNAUTHORIZED = { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }
const NOW = 1_790_000_000_000

describe('an access token', () => {
  it.each([
    ['', 401],
    ['Basic abc', 401],
    ['Bearer ', 401],
    ['Bearer anything', 200],
  ])('in the header %j gets %d when the options list no tokens', async (authorization, status) => {
    const calls = createCalls()
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await calls.send('POST', '/2/media/upload/initialize', { headers, body: '{}' })
    expect(answer.status).toBe(status)
    if (status === 401) expect(await answer.json()).toEqual(UNAUTHORIZED)
  })

  it.each([
    ['unknown', 401, UNAUTHORIZED],
    ['expired', 401, UNAUTHORIZED],
    ['unscoped', 403, { title: 'Forbidden', type: 'about:blank', status: 403, detail: 'Forbidden' }],
    ['appOnly', 403, { title: 'Unsupported Authentication', status: 403 }],
    ['valid', 200, {}],
  ])('that is %s gets %d', async (token, status, body) => {
    const tokens = {
      valid: { scopes: ['media.write'], expiresAt: NOW + 1 },
      expired: { expiresAt: NOW },
      unscoped: { scopes: ['tweet.read'] },
      appOnly: { appOnly: true },
    }
    const answer = await createCalls({ tokens }, token).postJson('/2/media/upload/initialize', {})
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain(status === 200 ? 'application/json' : 'problem+json')
    expect(await answer.json()).toMatchObject(body)
  })
})

describe('the token endpoint', () => {
  const refresh = (refresh_token: string, more: Record<string, string> = { client_id: 'app' }) =>
    new URLSearchParams({ grant_type: 'refresh_token', refresh_token, ...more })

  it('issues new tokens for a refresh token, once', async () => {
    const calls = createCalls({ tokens: {}, tokenTtlSecs: 60 })
    const first = await calls.send('POST', '/2/oauth2/token', { body: refresh('emulator-refresh-token') })
    expect(first.status).toBe(200)
    const grant: { access_token: string; refresh_token: string } = await first.json()
    expect(grant).toMatchObject({ token_type: 'bearer', expires_in: 60 })

    const again = await calls.send('POST', '/2/oauth2/token', { body: refresh('emulator-refresh-token') })
    expect(again.status).toBe(400)
    expect(await again.json()).toEqual({
      error: 'invalid_request',
      error_description: 'Value passed for the token was invalid.',
    })
    expect((await calls.send('POST', '/2/oauth2/token', { body: refresh(grant.refresh_token) })).status).toBe(200)

    const user = callsTo(calls.emulator, grant.access_token)
    const id = await user.initialize({ media_type: 'video/mp4', total_bytes: 1 })
    calls.emulator.advance(59)
    expect((await user.append(id, 0, bytes(1))).status).toBe(200)
    calls.emulator.advance(1)
    expect((await user.finalize(id)).status).toBe(401)
  })

  it('checks the id of a public client', async () => {
    const calls = createCalls({ refresh: { clientId: 'app' } })
    const post = async (more: Record<string, string>) =>
      (await calls.send('POST', '/2/oauth2/token', { body: refresh('emulator-refresh-token', more) })).status
    expect(await post({})).toBe(401)
    expect(await post({ client_id: 'other' })).toBe(401)
    expect(await post({ client_id: 'app' })).toBe(200)
  })

  it('requires HTTP Basic from a confidential client', async () => {
    const calls = createCalls({ refresh: { clientId: 'app', clientSecret: 'secret', refreshTokens: { r: {} } } })
    const post = (authorization: string) =>
      calls.send('POST', '/2/oauth2/token', { body: refresh('r'), headers: { authorization } })
    const refused = await post('Bearer x')
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ error: 'unauthorized_client' })
    expect((await post(`Basic ${btoa('app:wrong')}`)).status).toBe(401)
    expect((await post(`Basic ${btoa('app:secret')}`)).status).toBe(200)
  })

  it('refuses every other grant type', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'app' })
    expect((await createCalls().send('POST', '/2/oauth2/token', { body })).status).toBe(400)
  })
})
