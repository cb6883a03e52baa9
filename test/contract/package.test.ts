import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { generateSignedCookie } from 'hono/cookie'
import type { Miniflare } from 'miniflare'
import type { Page } from 'playwright-core'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { dataOf, findProgram, send } from '../support/client.ts'
import { fileOn, pageAt, root } from '../support/docs.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { Browser } from '../support/sign-in.ts'
import { startWorker } from '../support/worker.ts'

const bin = (name: string) => `${root}node_modules/.bin/${name}`
const file = sampleFile('image/png', 5000)
/** The app at console.x.com. */
const CLIENT = { clientId: 'app', clientSecret: '-a_secret-of_X' }
const GETTING_STARTED = 'docs/getting-started.md'
const ENV = {
  X_BEARER_TOKEN: 'server-held-token',
  X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
  COOKIE_SECRET: 'the key of the app’s own sign-in',
  PORT: '0',
}

describe('the package, packed and installed into an empty folder', () => {
  let folder: string
  let emulator: EmulatorProgram
  let cookie: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    emulator = await startEmulator({ refresh: CLIENT })
    const [signed = ''] = (await generateSignedCookie('user', 'u1', ENV.COOKIE_SECRET)).split(';')
    cookie = signed
    // `npm pack` runs the build first.
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root })
    const [tarball = ''] = readdirSync(folder)
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    // The dependencies come from this tree, so that no network is needed.
    const { dependencies: needed }: { dependencies: object } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
    const here = ['hono', ...Object.keys(needed)].map((name) => `${root}node_modules/${name}`)
    // From a folder, npm would run a dependency's own build, which the registry's copy has behind it.
    const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    execFileSync('npm', ['install', ...quiet, `./${tarball}`, ...here], { cwd: folder })
    const dependencies = { hono: '*', 'hono-x-media': '*', zod: '*' }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
    for (const name of ['app.ts', 'worker.ts']) await writeFile(join(folder, name), fileOn(GETTING_STARTED, name))
    await writeFile(join(folder, 'upload.test.ts'), fileOn('docs/emulator.md', 'upload.test.ts'))
    for (const name of ['app.mjs', 'server.mjs', 'worker.mjs'])
      await writeFile(join(folder, name), fileOn('README.md', name))
    await writeFile(join(folder, '.env'), quickStartVariables())
    // The app calls X: redirect that to the emulator.
    const toEmulator = `const real = fetch
      globalThis.fetch = (url, init) => real(String(url).replace('https://api.x.com', '${emulator.url}'), init)`
    await writeFile(join(folder, 'to-emulator.js'), toEmulator)
  })
  afterAll(async () => {
    await emulator?.kill()
    await rm(folder, { recursive: true, force: true })
  })

  async function expectUpload(url: string): Promise<void> {
    const headers = { 'content-type': 'image/png', 'content-length': file.length }
    expect((await send('POST', `${url}/media`, headers, [file])).status).toBe(401)
    const answer = await send('POST', `${url}/media`, { ...headers, cookie }, [file])
    expect(answer.status, answer.text).toBe(201)
    expect(await emulator.upload(dataOf(answer.json).id)).toMatchObject({ finalized: true, size: file.length })
  }

  /** Runs `work` while a program serves. */
  async function whileRunning(command: readonly string[], work: (url: string) => Promise<void>): Promise<void> {
    const [program = '', ...args] = command
    const env = { ...ENV, PATH: process.env['PATH'], HOME: folder }
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const exited = once(child, 'exit')
    try {
      await work(await urlOf(child))
    } finally {
      child.kill()
      await exited
    }
  }

  /** Runs `work` while the server of the documentation runs on a runtime, with the adapter of that runtime. */
  async function whileServing(
    runtime: string,
    [program = '', ...args]: readonly string[],
    work: (url: string) => Promise<void>,
  ): Promise<void> {
    const server = fileOn(GETTING_STARTED, 'server.ts').replace("'hono-x-media/node'", `'hono-x-media/${runtime}'`)
    await writeFile(join(folder, `${runtime}.ts`), server)
    await whileRunning([bin(program), ...args, `${runtime}.ts`], work)
  }

  /** Runs a Worker of the documentation with the settings in the `wrangler.toml` of a page. */
  async function serveWorker(page: string, name: string, bindings: Record<string, string>): Promise<Miniflare> {
    const toml = parse(pageAt(page).blocks.find(({ language }) => language === 'toml')?.text ?? '')
    return await startWorker(join(folder, name), {
      compatibilityDate: String(toml['compatibility_date']),
      compatibilityFlags: [toml['compatibility_flags']].flat().map(String),
      bindings,
      durableObjects: name === 'worker.mjs' ? { UPLOADS: { className: 'XMediaObject', useSQLite: true } } : {},
      outboundService: { external: { address: new URL(emulator.url).host, http: {} } },
    })
  }

  /** The README's `.env`, as a reader fills it in. */
  function quickStartVariables(): string {
    return fileOn('README.md', '.env')
      .replace('paste-the-client-id', CLIENT.clientId)
      .replace('paste-the-client-secret', CLIENT.clientSecret)
      .replace('paste-a-random-string', ENV.X_MEDIA_SECRET)
      .concat(`X_API_BASE_URL=${emulator.url}\n`)
  }

  /** Signs in to the quick start, posts a file, and then the same text again. */
  async function expectPost(url: string, user = '34'): Promise<void> {
    const browser = new Browser()
    expect(await (await browser.send(`${url}/`)).text()).toContain('Sign in with X')
    const callback = await browser.decide(await browser.openLogin({ url }), 'authorize', user)
    expect(callback).toContain('http://127.0.0.1:8787/auth/callback')
    expect((await browser.send(callback.replace('http://127.0.0.1:8787', url))).status).toBe(303)
    expect(await (await browser.send(`${url}/`)).text()).toContain(`Signed in as @user_${user}`)
    const init = { method: 'POST', headers: { 'content-type': 'image/png' }, body: file }
    const posted = await browser.send(`${url}/posts?text=Meow`, init)
    expect(await posted.json()).toMatchObject({ data: { text: 'Meow' } })
    expect(posted.status).toBe(201)
    const [media] = (await emulator.uploads()).slice(-1)
    expect(media).toMatchObject({ owner: user, finalized: true, size: file.length })
    const { posts } = await emulator.control<{ posts: unknown[] }>('GET', '/posts')
    expect(posts.at(-1)).toMatchObject({ text: 'Meow', media_ids: [media?.id], user })

    const again = await browser.send(`${url}/posts?text=Meow`, init)
    expect(await again.json()).toMatchObject({ detail: expect.stringContaining('duplicate content') })
    expect(again.status).toBe(403)
    const form = new FormData()
    form.set('text', 'Meow')
    form.set('media', new Blob([file], { type: 'image/png' }), 'cat.png')
    const inForm = await browser.send(`${url}/posts`, { method: 'POST', body: form })
    expect([inForm.status, await inForm.text()]).toEqual([400, 'Use /posts?text=…'])
  }

  const DENO = 'run --no-prompt --node-modules-dir=manual --allow-net --allow-read --allow-env'.split(' ')

  it.each([
    ['node', ['node', '--import', './to-emulator.js']],
    ['bun', ['bun', '--preload', './to-emulator.js']],
    ['deno', ['deno', ...DENO, '--preload', './to-emulator.js']],
  ])('uploads with the app of the documentation on %s', async (runtime, command) => {
    await whileServing(runtime, command, expectUpload)
  })

  it('uploads with the app of the documentation on workerd, bundled', async () => {
    const miniflare = await serveWorker('docs/runtimes.md', 'worker.ts', ENV)
    const { origin } = await miniflare.ready
    await expectUpload(origin)
    await miniflare.dispose()
  })

  it('posts a file with the quick start of the README on Node', async () => {
    const node = process.env['NODE_UNDER_TEST'] ?? bin('node')
    await whileRunning([node, '--env-file=.env', 'server.mjs'], expectPost)
  })

  it('posts a file with the quick start in TypeScript', async () => {
    for (const name of ['quick-start.ts', 'serve-quick-start.ts'])
      await writeFile(join(folder, name), fileOn(GETTING_STARTED, name))
    await whileRunning([bin('node'), '--env-file=.env', 'serve-quick-start.ts'], (url) => expectPost(url, '56'))
  })

  it('says which variables the quick start lacks', async () => {
    const program = [bin('node'), '--env-file=incomplete.env', 'server.mjs']
    await writeFile(join(folder, 'incomplete.env'), quickStartVariables().replace(/^X_CLIENT_(?:ID|SECRET)=.+$/gm, ''))
    const message = 'Error: X_CLIENT_ID, X_CLIENT_SECRET not set'
    await expect(whileRunning(program, expectPost)).rejects.toThrow(message)
  })

  it.skipIf(!CHROMIUM)('posts a file from the page of the quick start in Chromium', async () => {
    await whileRunning([bin('node'), '--env-file=.env', 'server.mjs'], async (url) => {
      const browser = await launchBrowser()
      try {
        const page = await browser.newPage()
        await redirectPages(page, 'http://127.0.0.1:8787', url)
        await page.goto(url)
        await page.getByRole('link', { name: 'Sign in with X' }).click()
        await page.getByRole('button', { name: 'Authorize app' }).click()
        await page.locator('[name=text]').fill('Purr')
        await page
          .locator('[name=file]')
          .setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: Buffer.from(file) })
        await page.getByRole('button', { name: 'Post' }).click()
        await page.getByText('Posted:').waitFor()
        await page.getByRole('link', { name: /^https:\/\/x\.com\/i\/status\/\d+$/ }).waitFor()
        await page.getByRole('button', { name: 'Post' }).click()
        await page.getByText('You are not allowed to create a Tweet with duplicate content.').waitFor()
        expect(await page.locator('#link').textContent()).toBe('')
      } finally {
        await browser.close()
      }
    })
  })

  it('posts a file with the quick start of the README on workerd', async () => {
    const lines = quickStartVariables()
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
    const variables = Object.fromEntries(lines.map((line) => line.split('=', 2)))
    const miniflare = await serveWorker('README.md', 'worker.mjs', variables)
    await expectPost((await miniflare.ready).origin, '78')
    await miniflare.dispose()
  })

  it.skipIf(!findProgram('curl'))('accepts the uploads of the documentation’s curl commands', async () => {
    await writeFile(join(folder, 'video.mp4'), sampleFile('video/mp4', 5000))
    await writeFile(join(folder, 'cat.png'), file)
    const commands = pageAt(GETTING_STARTED).blocks.filter(
      ({ language, text }) => language === 'sh' && text.startsWith('curl'),
    )
    expect(commands).toHaveLength(1)
    const [signIn = '', ...uploads] = commands[0]?.text.trim().split('\n') ?? []
    await whileServing('node', ['node', '--import', './to-emulator.js'], async (url) => {
      const run = (command: string) =>
        execFileSync('sh', ['-c', command.replace('http://127.0.0.1:8787', url)], {
          cwd: folder,
          encoding: 'utf8',
          stdio: 'pipe',
        })
      expect(run(signIn)).toBe('You are u1.')
      for (const upload of uploads) {
        const { id } = dataOf(JSON.parse(run(upload)))
        expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 5000 })
      }
      expect(uploads).toHaveLength(2)
    })
  })

  it('has a command that uploads', async () => {
    const path = join(folder, 'command.png')
    await writeFile(path, file)
    const env = { ...ENV, PATH: process.env['PATH'], X_API_BASE_URL: emulator.url }
    const run = (...args: string[]) =>
      execFileSync(join(folder, 'node_modules/.bin/hono-x-media'), args, { encoding: 'utf8', env, stdio: 'pipe' })
    const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
    expect(run('--version')).toBe(`${version}\n`)
    const id = run('upload', path).trim()
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: file.length })
  })

  it('passes the documentation’s own test, with the emulator', async () => {
    symlinkSync(`${root}node_modules/vitest`, join(folder, 'node_modules/vitest'))
    const said = execFileSync(bin('vitest'), ['run', '--root', folder], {
      encoding: 'utf8',
      cwd: folder,
      stdio: 'pipe',
    })
    expect(said).toContain('1 passed')
  })
})

/** Sends a browser that opens a page of one origin to another origin. */
async function redirectPages(page: Page, from: string, to: string): Promise<void> {
  await page.route(`${from}/**`, async (route) => {
    await route.fulfill({ status: 302, headers: { location: route.request().url().replace(from, to) } })
  })
}

/** The URL in the first line that a server prints. */
async function urlOf(child: ChildProcess): Promise<string> {
  let problems = ''
  child.stderr?.on('data', (text) => {
    problems += text
  })
  if (!child.stdout) throw new Error('a program without output')
  const said = once(createInterface(child.stdout), 'line').then(([line]) => /http:\S+/.exec(String(line))?.[0] ?? '')
  const ended = once(child, 'exit').then(() => {
    throw new Error(`it ended before it was listening: ${problems}`)
  })
  return await Promise.race([said, ended])
}
