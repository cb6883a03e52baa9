import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { generateSignedCookie } from 'hono/cookie'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, findProgram, send } from '../support/client.ts'
import { fileOn, pageAt, root } from '../support/docs.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { startWorker } from '../support/worker.ts'

const bin = (name: string) => `${root}node_modules/.bin/${name}`
const file = sampleFile('image/png', 5000)
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
    emulator = await startEmulator()
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

  /** Runs `work` while the README's server runs on a runtime, with the adapter of that runtime. */
  async function whileServing(
    runtime: string,
    command: readonly string[],
    work: (url: string) => Promise<void>,
  ): Promise<void> {
    const server = join(folder, `${runtime}.ts`)
    await writeFile(
      server,
      fileOn(GETTING_STARTED, 'server.ts').replace("'hono-x-media/node'", `'hono-x-media/${runtime}'`),
    )
    const [program = '', ...args] = command
    const env = { ...ENV, PATH: process.env['PATH'], HOME: folder }
    const child = spawn(bin(program), [...args, server], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const exited = once(child, 'exit')
    try {
      await work(await urlOf(child))
    } finally {
      child.kill()
      await exited
    }
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
    const toml = parse(pageAt('docs/runtimes.md').blocks.find(({ language }) => language === 'toml')?.text ?? '')
    const miniflare = await startWorker(join(folder, 'worker.ts'), {
      compatibilityDate: String(toml['compatibility_date']),
      compatibilityFlags: [toml['compatibility_flags']].flat().map(String),
      bindings: ENV,
      outboundService: { external: { address: new URL(emulator.url).host, http: {} } },
    })
    const { origin } = await miniflare.ready
    await expectUpload(origin)
    await miniflare.dispose()
  })

  it.skipIf(!findProgram('curl'))('accepts the uploads of the documentation’s curl commands', async () => {
    await writeFile(join(folder, 'video.mp4'), sampleFile('video/mp4', 5000))
    await writeFile(join(folder, 'cat.png'), file)
    const commands = pageAt(GETTING_STARTED).blocks.filter(
      ({ language, text }) => language === 'sh' && text.startsWith('curl'),
    )
    expect(commands).toHaveLength(1)
    await whileServing('node', ['node', '--import', './to-emulator.js'], async (url) => {
      for (const command of commands.flatMap(({ text }) => text.trim().split('\n'))) {
        const said = execFileSync('sh', ['-c', command.replace('http://127.0.0.1:8787', url)], {
          cwd: folder,
          env: { ...process.env, COOKIE: cookie },
          encoding: 'utf8',
          stdio: 'pipe',
        })
        expect(await emulator.upload(dataOf(JSON.parse(said)).id)).toMatchObject({ finalized: true, size: 5000 })
      }
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

/** The URL that a server prints in its first line. */
async function urlOf(child: ChildProcess): Promise<string> {
  let problems = ''
  child.stderr?.on('data', (text) => {
    problems += text
  })
  if (!child.stdout) throw new Error('a program without output')
  const said = once(createInterface(child.stdout), 'line').then(([line]) => String(line))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`it ended before it was listening: ${problems}`)
  })
  return await Promise.race([said, ended])
}
