import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../../adapters/node.ts'
import type { Terminal } from '../../../cli/terminal.ts'
import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import { type CommandResult, makeFolder, runCommand } from '../../support/cli.ts'
import { Browser, type EmulatedX, serveX, TOKEN } from '../../support/sign-in.ts'

/** The app as `serveX` knows it. */
const APP = { X_CLIENT_ID: 'app', X_CLIENT_SECRET: '-a_secret-of_X' }

interface LoginOptions extends Partial<Terminal> {
  args?: string[]
  decision?: 'authorize' | 'cancel'
  x?: EmulatorOptions
  /** What the browser does before it goes back to the command. */
  before?: (callback: string) => Promise<void>
}

interface Login extends CommandResult {
  x: EmulatedX
  /** The page on which the browser ends. */
  page: string
}

/** Runs `login` with a browser that decides on X's page and follows X back. */
async function login({
  args = [],
  decision,
  x: options,
  before,
  env = APP,
  ...terminal
}: LoginOptions): Promise<Login> {
  const x = await serveX(options)
  const browser = new Browser()
  let page = Promise.resolve('')
  const visit = async (url: string) => {
    const callback = await browser.decide(url, decision)
    await before?.(callback)
    return await (await fetch(callback)).text()
  }
  const urls = ['--authorize-url', `${x.url}/i/oauth2/authorize`, '--api-url', x.url]
  const result = await runCommand(['login', '--port', '0', ...urls, ...args], {
    openBrowser(url) {
      page = visit(url)
    },
    env,
    ...terminal,
  })
  expect(result.stderr).not.toMatch(TOKEN)
  expect(result.stderr).not.toContain(APP.X_CLIENT_SECRET)
  return { ...result, x, page: await page }
}

const variableIn = (text: string, name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1] ?? ''

describe('login', () => {
  it('prints a token that may upload, and what to set up in X’s console before', async () => {
    const { code, stdout, stderr, page, x } = await login({})
    expect(stderr).toMatch(
      /Callback URI, exactly:\s+http:\/\/127\.0\.0\.1:\d+\/callback\n[\s\S]+Open this page, and agree:/,
    )
    expect(stderr).toContain('Signed in as @user_12.')
    expect(page).toContain('You can close this page')
    expect(page).not.toMatch(TOKEN)
    expect(stdout.split('\n').map((line) => line.split('=')[0])).toEqual([
      ...['X_BEARER_TOKEN', 'X_REFRESH_TOKEN', 'X_TOKEN_EXPIRES_AT'],
    ])
    expect(Date.parse(variableIn(stdout, 'X_TOKEN_EXPIRES_AT'))).toBeGreaterThan(Date.now() + 7_000_000)
    const env = {
      X_BEARER_TOKEN: variableIn(stdout, 'X_BEARER_TOKEN'),
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: x.url,
    }
    expect(await runCommand(['doctor'], { env })).toMatchObject({ code: 0, stderr: 'Nothing is wrong.' })
    expect(code).toBe(0)
  })

  it('writes the tokens to a file, keeps its other lines, and adds a secret once', async () => {
    const file = join(await makeFolder(), '.env')
    await writeFile(file, '# mine\nOTHER="a b"\nX_BEARER_TOKEN=old\n')
    const { stdout, stderr } = await login({ args: ['--env', file] })
    expect(stdout).toBe('')
    expect(stderr).toContain(`to ${file}. Keep it out of version control.`)
    const written = await readFile(file, 'utf8')
    expect(written).toMatch(/^# mine\nOTHER="a b"\nX_BEARER_TOKEN=emulator-access-token-1\nX_REFRESH_TOKEN=.+\n/)
    expect(variableIn(written, 'X_MEDIA_SECRET').length).toBeGreaterThanOrEqual(32)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await login({ args: ['--env', file] })
    const again = await readFile(file, 'utf8')
    expect(again.match(/^X_/gm)).toHaveLength(4)
    expect(variableIn(again, 'X_MEDIA_SECRET')).toBe(variableIn(written, 'X_MEDIA_SECRET'))
  })

  it('asks for the client where the environment does not name it, for the secret as a secret', async () => {
    const questions: [string, boolean | undefined][] = []
    const { code } = await login({
      env: {},
      async ask(question, isSecret) {
        questions.push([question, isSecret])
        return isSecret ? APP.X_CLIENT_SECRET : APP.X_CLIENT_ID
      },
    })
    expect(code).toBe(0)
    expect(questions).toEqual([
      ['Client ID: ', undefined],
      ['Client secret (Enter for none): ', true],
    ])
  })

  it('takes the client from the file, and where X is too', async () => {
    const file = join(await makeFolder(), '.env')
    const x = await serveX()
    const variables = { ...APP, X_API_BASE_URL: x.url }
    await writeFile(
      file,
      Object.entries(variables)
        .map((pair) => pair.join('='))
        .join('\n'),
    )
    let visited: Promise<Response> | undefined
    const openBrowser = (url: string) => {
      visited = new Browser().decide(url).then((callback) => fetch(callback))
    }
    const env = { X_CLIENT_ID: 'another', X_CLIENT_SECRET: 'wrong' }
    const { code, stderr } = await runCommand(['login', '--port', '0', '--env', file], { env, openBrowser })
    await visited
    expect([code, stderr]).toEqual([0, expect.stringContaining('Signed in as @user_12.')])
  })

  it('refuses a callback of another sign-in, and goes on waiting', async () => {
    const pages: string[] = []
    const { code } = await login({
      async before(callback) {
        const forged = callback.replace(/state=[^&]+/, 'state=another')
        pages.push(await (await fetch(forged)).text())
        await fetch(callback, { method: 'HEAD' })
      },
    })
    expect(pages[0]).toContain('Not signed in')
    expect(code).toBe(0)
  })

  it('gets the token although X does not say whose it is', async () => {
    const { code, stdout, stderr } = await login({ x: { faults: [{ step: 'me', kind: 'error', status: 402 }] } })
    expect(stderr).toContain('Signed in. X did not say as whom: X asks for payment')
    expect(variableIn(stdout, 'X_BEARER_TOKEN')).toMatch(TOKEN)
    expect(code).toBe(0)
  })
})

describe('login says what to do, with the exit code 1,', () => {
  it('when the person says no', async () => {
    const { code, stderr, stdout, page } = await login({ decision: 'cancel' })
    expect(stderr).toContain('The user denied access. Run this again, and agree on X’s page.')
    expect(page).toContain('Not signed in')
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('when X refuses the client secret', async () => {
    const { code, stderr } = await login({ env: { ...APP, X_CLIENT_SECRET: 'wrong' } })
    expect(stderr).toContain('A secret was sent. Both are at console.x.com, under Keys. Copy X_CLIENT_ID')
    expect(stderr).not.toContain('wrong')
    expect(code).toBe(1)
  })

  it('when X does not grant media.write', async () => {
    const grantableScopes = ['tweet.read', 'tweet.write', 'users.read', 'offline.access']
    const { code, stderr } = await login({ x: { refresh: { grantableScopes } } })
    expect(stderr).toContain('X did not grant media.write. Set the app’s permissions to "Read and write"')
    expect(code).toBe(1)
  })

  it('when the browser has left, and X fails', async () => {
    const x = await serveX({ faults: [{ step: 'token', kind: 'hang' }] })
    const urls = ['--authorize-url', `${x.url}/i/oauth2/authorize`, '--api-url', x.url]
    const visit = async (url: string) => {
      const closing = new AbortController()
      const page = fetch(await new Browser().decide(url), { signal: closing.signal })
      await expect.poll(() => x.requests().in_flight).toHaveLength(1)
      closing.abort()
      await expect(page).rejects.toThrow()
      x.reset()
    }
    let visited: Promise<void> | undefined
    const openBrowser = (url: string) => {
      visited = visit(url)
    }
    const { code, stderr } = await runCommand(['login', '--port', '0', ...urls], { env: APP, openBrowser })
    await visited
    expect(stderr).toContain('Check the connection to X, and run this again.')
    expect(code).toBe(1)
  })

  it('when the port is taken', async () => {
    const { url, close } = await listen(createServer(), 0, '127.0.0.1')
    onTestFinished(() => close())
    const { code, stderr } = await runCommand(['login', '--port', new URL(url).port], { env: APP })
    expect(stderr).toMatch(/^Port \d+ is taken\. .+ choose another one with --port: .+ callback URI/)
    expect(code).toBe(1)
  })
})

it.each([
  [[], {}, 'X_CLIENT_ID is not set'],
  [['--env', '.env', '--dev-vars'], APP, 'Use --env or --dev-vars, not both.'],
])('login refuses the arguments %j in the environment %j with the exit code 2', async (args, env, text) => {
  const { code, stderr } = await runCommand(['login', '--port', '0', ...args], { env })
  expect(stderr).toContain(text)
  expect(code).toBe(2)
})
