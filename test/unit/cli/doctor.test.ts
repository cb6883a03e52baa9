import { createServer } from 'node:http'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { listen, serve } from '../../../adapters/node.ts'
import { checkRuntime } from '../../../cli/doctor/check-environment.ts'
import { checkSignIn } from '../../../cli/doctor/check-sign-in.ts'
import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import { type XMediaOptions, xMedia } from '../../../src/index.ts'
import { base, optionsWith } from '../../support/app.ts'
import { type CommandResult, runCommand } from '../../support/cli.ts'
import { startProxy } from '../../support/proxies.ts'
import { serveX } from '../../support/sign-in.ts'

const TOKEN = 'the-token-of-a-user'
const SECRET = 'a-secret-of-at-least-thirty-two-bytes'
const SIGN_IN = 'X-Demo-User: the-name-of-a-user'

const outputs: string[] = []
afterEach(() => {
  for (const output of outputs.splice(0)) {
    for (const secret of [TOKEN, SECRET, 'the-name-of-a-user']) expect(output).not.toContain(secret)
  }
})

async function runDoctor(args: readonly string[], env: Record<string, string>): Promise<CommandResult> {
  const result = await runCommand(['doctor', ...args], { env })
  outputs.push(result.stdout + result.stderr)
  return result
}

/** Examines a set-up that calls this emulated X. */
async function examineX(options: EmulatorOptions, env: Record<string, string> = {}): Promise<CommandResult> {
  const { url } = await serveX({ tokens: { [TOKEN]: {} }, ...options })
  return await runDoctor([], { X_BEARER_TOKEN: TOKEN, X_MEDIA_SECRET: SECRET, X_API_BASE_URL: url, ...env })
}

/** Expects one fault, in a line that begins and goes on like this. */
function expectFault({ code, stdout, stderr }: CommandResult, about: string, text: string): void {
  const faults = stdout.split('\n').filter((line) => line.startsWith('✗'))
  expect(faults, stdout).toHaveLength(1)
  expect(faults[0]).toMatch(new RegExp(`^✗ ${about} +`))
  expect(faults[0]).toContain(text)
  expect(stderr).toBe('1 thing to mend.')
  expect(code).toBe(1)
}

describe('doctor, without a server,', () => {
  it('finds nothing wrong with a good set-up', async () => {
    const { code, stdout, stderr } = await examineX({})
    expect(stdout.split('\n').map((line) => line.slice(0, 14).trim())).toEqual([
      ...['✓ runtime', '✓ secret', '✓ X', '✓ clock', '✓ token', '✓ media.write'],
    ])
    expect(stderr).toBe('Nothing is wrong.')
    expect(code).toBe(0)
    const X_TOKEN_EXPIRES_AT = new Date(Date.now() + 60_000).toISOString()
    expect((await examineX({}, { X_TOKEN_EXPIRES_AT })).stdout).toContain(`, until ${X_TOKEN_EXPIRES_AT}`)
  })

  it('finds an app-only token by its form', async () => {
    expectFault(
      await examineX({}, { X_BEARER_TOKEN: 'AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0' }),
      'token',
      'begins with AAAA',
    )
  })

  it('finds an app-only token by X’s answer', async () => {
    const found = await examineX({ tokens: { [TOKEN]: { appOnly: true } } })
    expectFault(found, 'token', 'X says "Unsupported Authentication": it is the app’s own token')
  })

  it('finds an expired token, and says since when if that is known', async () => {
    const expired = { tokens: { [TOKEN]: { expiresAt: 0 } } }
    expectFault(await examineX(expired), 'token', 'X refuses it (401): it has expired, as tokens do after two hours')
    const found = await examineX(expired, { X_TOKEN_EXPIRES_AT: '2026-01-02T03:04:05.000Z' })
    expectFault(found, 'token', 'it expired at 2026-01-02T03:04:05.000Z. Get a new one with `npx hono-x-media login`')
  })

  it('finds that media.write is missing', async () => {
    const scopes = ['tweet.read', 'tweet.write', 'users.read']
    expectFault(await examineX({ tokens: { [TOKEN]: { scopes } } }), 'media.write', 'lacks the scope media.write')
  })

  it('finds "Bearer " in front of the token', async () => {
    expectFault(await examineX({}, { X_BEARER_TOKEN: `Bearer ${TOKEN}` }), 'token', 'leave that word out')
  })

  it('needs no token where users sign in, and checks what xSignIn needs', async () => {
    const { url } = await serveX()
    const good = {
      X_REDIRECT_URI: 'http://127.0.0.1:8787/auth/callback',
      X_CLIENT_ID: btoa('a-client-id:1:ci'),
      X_CLIENT_SECRET: 'a-secret-of-X',
      X_MEDIA_SECRET: SECRET,
    }
    const { code, stdout } = await runDoctor([], { ...good, X_API_BASE_URL: url })
    expect(stdout.split('\n').map((line) => line.slice(0, 15).trim())).toEqual([
      ...['✓ runtime', '✓ secret', '✓ client id', '✓ client secret', '✓ redirect URI', '✓ X', '✓ clock', '– token'],
    ])
    expect(stdout).toContain('must list exactly this')
    expect(stdout).not.toContain(good.X_CLIENT_SECRET)
    expect(code).toBe(0)

    const wrong = { ...good, X_REDIRECT_URI: 'http://app.example/auth/callback', X_API_BASE_URL: url }
    expectFault(await runDoctor([], wrong), 'redirect URI', 'must begin with https://')
    const partial = { X_CLIENT_ID: 'app', X_MEDIA_SECRET: SECRET, X_API_BASE_URL: url }
    expectFault(await runDoctor([], partial), 'redirect URI', 'X_REDIRECT_URI is not set')
  })

  it('says when a client id is none of OAuth 2.0, or missing', () => {
    const [mistyped] = checkSignIn({ X_CLIENT_ID: 'a'.repeat(25) })
    expect(mistyped).toMatchObject({ level: 'warning', text: expect.stringContaining('the API key is another one') })
    expect(checkSignIn({}).map(({ level }) => level)).toEqual(['fault', 'warning', 'fault'])
  })

  it('finds a short secret', async () => {
    expectFault(await examineX({}, { X_MEDIA_SECRET: 'short' }), 'secret', 'has 5 bytes, but needs 32')
  })

  it('finds that X cannot be reached', async () => {
    const closed = await listen(createServer(), 0, '127.0.0.1')
    await closed.close()
    expectFault(await examineX({}, { X_API_BASE_URL: closed.url }), 'X', 'cannot be reached (ECONNREFUSED)')
  })

  it.each([
    ['asks for payment', { kind: 'error', status: 402 }, 'X asks for payment (402)'],
    ['says that the spend cap is reached', { kind: 'error', status: 403, body: 'spend_cap' }, 'asks for payment (403)'],
  ] as const)('finds that X %s', async (_, fault, text) => {
    for (const step of ['me', 'status'] as const) {
      expectFault(await examineX({ faults: [{ step, ...fault }] }), 'payment', text)
    }
  })

  it('finds a wrong clock', async () => {
    const x = createServer((_, response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString())
      response.writeHead(401).end()
    })
    const { url, close } = await listen(x, 0, '127.0.0.1')
    onTestFinished(() => close())
    const { stdout, code } = await examineX({}, { X_API_BASE_URL: url })
    expect(stdout).toMatch(/✗ clock +This machine’s clock is (?:599|600|601) s ahead of X’s/)
    expect(code).toBe(1)
  })

  it('finds what is not set', async () => {
    const { stdout } = await runDoctor([], { X_API_BASE_URL: 'http://127.0.0.1:1' })
    expect(stdout).toContain('✗ secret       X_MEDIA_SECRET is not set here.')
    expect(stdout).toContain('✗ token        X_BEARER_TOKEN is not set here.')
  })

  it.each([
    [{ node: '18.20.4' }, 'node 18.20.4 is too old: update it to 20.0 or newer.'],
    [{ node: '24.3.0', bun: '1.2.9' }, 'bun 1.2.9 is too old: update it to 1.4 or newer.'],
  ])('finds an old runtime: %o', (versions, text) => {
    expect(checkRuntime(versions)).toEqual({ level: 'fault', about: 'runtime', text })
  })
})

/** Serves the package at `/media`, until the test ends. */
async function serveMount(changes: Partial<XMediaOptions> = {}): Promise<string> {
  const authorize: XMediaOptions['authorize'] = (c) => {
    const subject = c.req.header('x-demo-user')
    return subject ? { subject } : null
  }
  const options = optionsWith({ log: () => {}, authorize, http: { doctor: true }, ...changes }, base)
  const { url, close } = await serve(new Hono().route('/media', xMedia(options)), { port: 0 })
  onTestFinished(() => close())
  return url
}

async function examineServer(url: string, ...args: string[]): Promise<CommandResult> {
  const { url: x } = await serveX({ tokens: { [TOKEN]: {} } })
  const env = { X_BEARER_TOKEN: TOKEN, X_MEDIA_SECRET: SECRET, X_API_BASE_URL: x }
  return await runDoctor([`${url}/media/`, '--header', SIGN_IN, ...args], env)
}

describe('doctor, with a server,', () => {
  it('finds nothing wrong with a good one', async () => {
    const url = await serveMount({ http: { doctor: true, origins: ['https://app.example'] } })
    const { code, stdout } = await examineServer(url, '--origin', 'https://app.example')
    expect(stdout).not.toMatch(/^[^✓]/m)
    expect(stdout).toMatch(/✓ mount +hono-x-media [\d.]+ at http/)
    expect(stdout).toMatch(/✓ CORS +Pages of https:\/\/app\.example may upload/)
    expect(stdout).toMatch(/✓ bodies +Bodies of up to 100 MB arrive whole/)
    expect(stdout).toMatch(/✓ events +Events arrive one by one/)
    expect(code).toBe(0)
  })

  it('finds a proxy that refuses bodies above 1 MB', async () => {
    const proxy = await startProxy(await serveMount(), { maxBodyBytes: 1_048_576 })
    const found = await examineServer(proxy)
    expectFault(found, 'bodies', 'A body of 4.5 MB does not arrive: nginx answered with 413. 1 MB does.')
    expect(found.stdout).toContain('chunks of at most 1,000,000 bytes (tus: chunkSize)')
  })

  it('finds a proxy that cuts the connection after 1 MB', async () => {
    const proxy = await startProxy(await serveMount(), { cutAfterBytes: 1_000_000 })
    expectFault(await examineServer(proxy), 'bodies', 'A body of 4.5 MB does not arrive: the connection was cut')
  })

  it('finds a proxy that drops the rest of a body and says nothing', async () => {
    const proxy = await startProxy(await serveMount(), { truncateAtBytes: 5_000_000 })
    expectFault(await examineServer(proxy), 'bodies', 'A body of 6 MB does not arrive: only 5,000,000 bytes did')
  })

  it('finds a proxy that holds events back', async () => {
    const proxy = await startProxy(await serveMount({ limits: { uploadBytes: 900_000 } }), { isBuffering: true })
    expectFault(await examineServer(proxy), 'events', 'Events arrive all at once: something in front holds them back.')
  })

  it('finds an origin that is refused', async () => {
    const url = await serveMount({ limits: { uploadBytes: 900_000 } })
    const found = await examineServer(url, '--origin', 'https://www.example')
    expectFault(found, 'CORS', 'Pages of https://www.example may not upload (403). Add that origin to http.origins.')
  })

  it('finds a proxy that hides the server’s own origin', async () => {
    const url = await serveMount({ limits: { uploadBytes: 900_000 } })
    const proxy = await startProxy(url, { host: new URL(url).host })
    expectFault(await examineServer(proxy), 'own pages', 'Set http.trustProxy.')
  })

  it('finds that a sign-in is missing', async () => {
    const { stdout, code } = await runDoctor([`${await serveMount()}/media`], { X_API_BASE_URL: 'http://127.0.0.1:1' })
    expect(stdout).toMatch(/✗ sign-in +The server does not know who this is\. Sign in by --header/)
    expect(code).toBe(1)
  })

  it('finds that there is no mount', async () => {
    const { url, close } = await serve(new Hono(), { port: 0 })
    expectFault(await examineServer(url), 'mount', 'Use the URL of the mount, such as https://app.example/media.')
    await close()
    expectFault(await examineServer(url), 'mount', 'cannot be reached (ECONNREFUSED). Check the URL')
  })

  it('says what it cannot check without http.doctor, and where the server’s own limit ends a check', async () => {
    const without = await examineServer(await serveMount({ http: { doctor: false } }))
    expect(without.stdout).toMatch(/– bodies .+\n– events .+ Set http\.doctor to true while you check\.$/)
    expect(without.code).toBe(0)
    const limited = await examineServer(await serveMount({ limits: { uploadBytes: 5_000_000 } }))
    expect(limited.stdout).toMatch(/✓ bodies +Only the server’s own limit ends them: .+ 5\.0 MB \(5,000,000 bytes\)/)
    expect(limited.code).toBe(0)
  })

  it.each([
    [['ftp://a.example'], 'must begin with http:// or https://'],
    [['https://a.example', 'https://b.example'], 'Give one URL at most.'],
    [['https://a.example', '--header', SIGN_IN.replace(':', '')], '--header needs a name and a value'],
  ])('refuses the arguments %j with the exit code 2', async (args, text) => {
    const { code, stderr } = await runDoctor(args, {})
    expect(stderr).toContain(text)
    expect(code).toBe(2)
  })
})
