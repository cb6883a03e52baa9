import { encodeBase64Url } from 'hono/utils/encode'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createXMedia, XMediaError, xMedia } from '../../../src/index.ts'
import { cacheToken } from '../../../src/x/token.ts'
import { tokenIssuedAt } from '../../../src/x/token-form.ts'
import { base } from '../../support/app.ts'

const inBase64 = (text: string) => encodeBase64Url(new TextEncoder().encode(text).buffer)
/** Tokens as X's documentation shows them. */
const ACCESS_TOKEN = inBase64('dGhpcy1pcy1yYW5kb20tdGV4dC1mb3I:1700000000000:1:1:at:1')
const REFRESH_TOKEN = inBase64('dGhpcy1pcy1yYW5kb20tdGV4dC1mb3I:1700000000000:1:0:rt:1')
const CLIENT_ID = inBase64('cmFuZG9tLXRleHQtYWdhaW4:1:ci')

/** The lines that reading these options logs. */
function logged(token: string): string[] {
  const lines: string[] = []
  xMedia({ ...base, token, log: (line) => lines.push(line) })
  return lines
}

describe('a token that cannot work', () => {
  const UNUSABLE: [string, string][] = [
    ['Bearer abc', 'token begins with "Bearer ": leave that word out'],
    ['bearer  abc\n', 'token begins with "Bearer ": leave that word out'],
    ['abc\n', 'token has white space around it: remove it'],
    [' abc', 'token has white space around it: remove it'],
    ['a b', 'token has characters that no bearer token has: copy it again'],
    ['“abc”', 'token has characters that no bearer token has: copy it again'],
    ['', 'token must be a non-empty string, or a function that gets one'],
  ]

  it.each(UNUSABLE)('is refused when the options are read: %j', (token, mistake) => {
    const message = `These options do not work:\n- ${mistake}`
    expect(() => xMedia({ ...base, token })).toThrow(new TypeError(message))
    expect(() => createXMedia({ token })).toThrow(new TypeError(message))
  })

  it('is named in the cause of the error when a function returns it, but not shown', async () => {
    const error = await Promise.resolve(cacheToken(() => 'Bearer abc').current()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(XMediaError)
    expect(error).toMatchObject({ cause: { message: 'The X token begins with "Bearer ": leave that word out.' } })
  })
})

describe('a token that X will probably refuse', () => {
  it.each([
    ['AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0', 'begins with AAAA, so it is the app’s own'],
    ['2244994945-0123456789abcdefghijABCDEFGHIJ0123456789', 'looks like a key of OAuth 1.0a'],
    ['0123456789abcdefghijABCDE', 'looks like a key of OAuth 1.0a'],
    [REFRESH_TOKEN, 'is a refresh token'],
    [CLIENT_ID, 'is the client id of the app'],
  ])('is named in the log when the options are read: %s', (token, suspicion) => {
    const [line = '', ...others] = logged(token)
    expect(line).toContain(`hono-x-media: The X token ${suspicion}`)
    expect(line).not.toContain(token)
    expect(others).toEqual([])
  })

  it('is named by createXMedia too', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    createXMedia({ token: 'AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0' })
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('begins with AAAA'))
  })
})

describe('a user’s token', () => {
  it.each([ACCESS_TOKEN, 'server-held-token', 'emulated'])('causes no line: %s', (token) => {
    expect(logged(token)).toEqual([])
  })

  it('tells when X issued it, if it has the usual form', () => {
    expect(tokenIssuedAt(ACCESS_TOKEN)).toBe(1_700_000_000_000)
    expect(tokenIssuedAt('server-held-token')).toBeUndefined()
    expect(tokenIssuedAt(REFRESH_TOKEN)).toBeUndefined()
  })
})
