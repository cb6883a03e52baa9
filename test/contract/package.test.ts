import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { startWorker } from '../support/worker.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = (name: string) => `${root}node_modules/.bin/${name}`
const file = sampleFile('image/png', 5000)

describe('the package, packed and put into an empty folder', { timeout: 60_000 }, () => {
  let folder: string
  let emulator: EmulatorProgram

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    emulator = await startEmulator()
    // Packing builds it first.
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root })
    const [tarball = ''] = readdirSync(folder)
    const own = join(folder, 'node_modules', 'hono-x-media')
    mkdirSync(own, { recursive: true })
    execFileSync('tar', ['xzf', join(folder, tarball), '-C', own, '--strip-components=1'])
    // What npm would install beside it.
    for (const name of ['hono', 'zod', '@hono']) symlinkSync(`${root}node_modules/${name}`, join(own, '..', name))
    const dependencies = { hono: '*', 'hono-x-media': '*', zod: '*' }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
  }, 60_000)
  afterAll(async () => {
    await emulator?.kill()
    await rm(folder, { recursive: true, force: true })
  })

  const options = () => `{
    token: 'server-held-token',
    secret: 'a secret of at least thirty-two bytes',
    apiBaseUrl: '${emulator.url}',
    authorize: (c) => ({ subject: c.req.header('x-user') ?? 'u1' }),
  }`

  async function expectUpload(url: string): Promise<void> {
    const headers = { 'content-type': 'image/png', 'content-length': file.length }
    const answer = await send('POST', `${url}/media`, headers, [file])
    expect(answer.status, answer.text).toBe(201)
    expect(await emulator.upload(dataOf(answer.json).id)).toMatchObject({ finalized: true, size: file.length })
  }

  it.each([
    ['node', bin('node'), []],
    ['bun', bin('bun'), []],
    [
      'deno',
      bin('deno'),
      ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net', '--allow-read', '--allow-env'],
    ],
  ])('uploads on %s', async (runtime, program, args) => {
    const app = join(folder, `${runtime}.js`)
    await writeFile(
      app,
      `import { Hono } from 'hono'
      import { xMedia } from 'hono-x-media'
      import { serve } from 'hono-x-media/${runtime}'
      const app = new Hono()
      app.route('/media', xMedia(${options()}))
      const { url } = await serve(app, { port: 0 })
      console.log(url)`,
    )
    const env = { PATH: process.env['PATH'], HOME: folder }
    const child = spawn(program, [...args, app], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      await expectUpload(await urlOf(child))
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })

  it('uploads on workerd, bundled', async () => {
    const entry = join(folder, 'worker.js')
    await writeFile(
      entry,
      `import { Hono } from 'hono'
      import { xMedia } from 'hono-x-media'
      import { worker } from 'hono-x-media/cloudflare'
      export default worker(() => new Hono().route('/media', xMedia(${options()})))`,
    )
    const miniflare = await startWorker(entry, { compatibilityFlags: ['enable_request_signal'] })
    const { origin } = await miniflare.ready
    await expectUpload(origin)
    await miniflare.dispose()
  })
})

/** The first line that a program says. */
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
