import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { root } from '../support/docs.ts'
import { controlEmulator, type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { start } from '../support/processes.ts'
import { Browser } from '../support/sign-in.ts'
import { startWorker } from '../support/worker.ts'

const gif = sampleFile('image/gif', 5000)
const SECRET = '-a_secret-of_X'
/** The Worker's port is not known before it runs: the test replaces this origin by the right one. */
const PLACEHOLDER = 'http://127.0.0.1:1'

describe('the example sign-in', () => {
  let emulator: EmulatorProgram
  let variables: Record<string, string>

  beforeEach(async () => {
    emulator = await startEmulator({
      tokens: {},
      refresh: { clientId: 'app', clientSecret: SECRET },
      processing: { pendingSecs: 0, inProgressSecs: 1 },
    })
    variables = {
      X_CLIENT_ID: 'app',
      X_CLIENT_SECRET: SECRET,
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: emulator.url,
    }
  })
  afterEach(() => emulator?.kill())

  /** Signs in, posts a file, and signs out. */
  async function expectPost(url: string): Promise<void> {
    const browser = new Browser()
    expect(await (await browser.send(`${url}/`)).text()).toContain('Sign in with X')
    const callback = await browser.decide(await browser.openLogin({ url }), 'authorize', '34')
    expect((await browser.send(callback.replace(PLACEHOLDER, url))).status).toBe(303)
    expect(await (await browser.send(`${url}/`)).text()).toContain('<form id="compose">')
    const init = { method: 'POST', headers: { 'content-type': 'image/gif' }, body: gif }
    const posted = await browser.send(`${url}/posts?text=Meow`, init)
    expect(posted.status).toBe(201)
    expect(await posted.json()).toMatchObject({ data: { text: 'Meow' } })
    expect(await emulator.uploads()).toMatchObject([{ owner: '34', finalized: true }])
    expect(await emulator.violations()).toEqual([])
  }

  it('posts from the user’s own account on Node', async () => {
    const server = await start('example:sign-in', variables)
    try {
      await expectPost(server.url)
      expect(server.output()).toContain(`the callback URL at console.x.com must be ${server.url}/auth/callback`)
    } finally {
      await server.kill()
    }
  })

  it('emulates X on Node when no client is set', async () => {
    const server = await start('example:sign-in')
    try {
      const [, x] = /X is emulated at (\S+)/.exec(server.output()) ?? []
      const browser = new Browser()
      expect(await browser.openLogin(server)).toMatch(`${x}/i/oauth2/authorize`)
      expect((await browser.signIn(server)).status).toBe(303)
    } finally {
      await server.kill()
    }
  })

  it('posts from the user’s own account on Workers', async () => {
    const worker = await startWorker(`${root}examples/sign-in/worker.ts`, {
      compatibilityFlags: ['enable_request_signal'],
      bindings: { ...variables, X_REDIRECT_URI: `${PLACEHOLDER}/auth/callback` },
      durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
    })
    try {
      await expectPost((await worker.ready).origin)
    } finally {
      await worker.dispose()
    }
  })
})

if (!CHROMIUM) console.log('no Chromium found: the test of the sign-in in a browser is skipped')

it.skipIf(!CHROMIUM)('signs in, posts and signs out in a browser', async () => {
  const server = await start('example:sign-in')
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    const follow = (name: string) => page.getByRole('link', { name }).click()
    await page.goto(server.url)
    await follow('Sign in with X')
    await press('Cancel')
    await page.getByRole('heading', { name: 'You did not give access' }).waitFor()
    await follow('Sign in with X')
    await press('Authorize app')
    await page.getByLabel('Text').fill('Meow')
    await page.getByLabel('File').setInputFiles({ name: 'cat.gif', mimeType: 'image/gif', buffer: Buffer.from(gif) })
    await press('Post')
    await page.getByText('Posted with the id').waitFor()
    await follow('Sign out')
    await press('Sign out')
    await page.getByRole('link', { name: 'Sign in with X' }).waitFor()
    expect(await page.context().cookies()).toEqual([])
    const [, x = ''] = /X is emulated at (\S+)/.exec(server.output()) ?? []
    expect(await controlEmulator(x).uploads()).toMatchObject([{ finalized: true, size: gif.length }])
  } finally {
    await browser.close()
    await server.kill()
  }
})
