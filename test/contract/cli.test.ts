import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../adapters/node.ts'
import { makeFolder } from '../support/cli.ts'
import { controlEmulator, type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { openLine } from '../support/line.ts'
import { sampleFile } from '../support/media.ts'
import { type CommandLine, commandOf, runToEnd, spawnProgram, startProgram } from '../support/processes.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const MIB = 1024 * 1024

const cli = (...args: string[]): CommandLine => ['node', 'cli/main.ts', ...args]

/** A file in a folder of its own. */
async function writeSample(name: string, ...sample: Parameters<typeof sampleFile>): Promise<string> {
  const path = join(await makeFolder(), name)
  await writeFile(path, sampleFile(...sample))
  return path
}

describe('the command line', () => {
  let emulator: EmulatorProgram
  let env: Record<string, string>

  beforeAll(async () => {
    emulator = await startEmulator()
    env = { X_BEARER_TOKEN: 'server-held-token', X_MEDIA_SECRET: SECRET, X_API_BASE_URL: emulator.url }
  })
  afterAll(() => emulator?.kill())

  it.each(['node', 'bun'])('examines a set-up and uploads on %s', async (runtime) => {
    const run = (...args: string[]) => runToEnd([runtime, 'cli/main.ts', ...args], env)
    const examined = await run('doctor')
    expect(examined.stdout).toMatch(new RegExp(`^✓ runtime +${runtime} `))
    expect(examined).toMatchObject({ code: 0, stderr: 'Nothing is wrong.\n' })
    const uploaded = await run('upload', await writeSample('cat.png', 'image/png', 5000))
    expect(uploaded).toMatchObject({ code: 0, stderr: '' })
    expect(await emulator.upload(uploaded.stdout.trim())).toMatchObject({ size: 5000, finalized: true })
    expect(await run('doctor', '--nonsense')).toMatchObject({ code: 2, stdout: '' })
  })

  it('continues an upload through a server after the process was killed', async () => {
    const server = await startProgram(commandOf('serve:node'), env)
    const line = await openLine(server.url)
    onTestFinished(async () => {
      line.close()
      await server.kill()
    })
    const before = (await emulator.uploads()).length
    const file = await writeSample('cat.mp4', 'video/mp4', 12 * MIB)
    const sign = ['--to', `${line.url}/media`, '--header', 'x-demo-user: u1']
    const command = cli('upload', file, ...sign)
    const state = { XDG_STATE_HOME: await makeFolder() }
    const lost = line.loseAfter(6 * MIB)
    const interrupted = spawnProgram(command, state)
    await lost
    interrupted.kill('SIGKILL')
    await once(interrupted, 'exit')
    line.cut()
    const { code, stdout, stderr } = await runToEnd(command, state)
    expect(code, stderr).toBe(0)
    const uploads = await emulator.uploads()
    expect(uploads).toHaveLength(before + 1)
    expect(uploads.at(-1)).toMatchObject({ id: stdout.trim(), size: 12 * MIB, finalized: true })
  })

  it('serves an emulated X with the faults in a file', async () => {
    const faults = join(await makeFolder(), 'faults.json')
    await writeFile(faults, JSON.stringify([{ step: 'me', kind: 'error', status: 402 }]))
    const x = await startProgram(cli('emulator', '--port', '0', '--faults', faults))
    try {
      const { code, stdout } = await runToEnd(cli('doctor'), { ...env, X_API_BASE_URL: x.url })
      expect(stdout).toMatch(/✗ payment +X asks for payment/)
      expect(code).toBe(1)
    } finally {
      await x.kill()
    }
  })

  it.each([
    ['{', /faults\.json is not JSON: /],
    ['[{"step":"append","kind":"error","status":200}]', /faults\.0\.status must be from 400 to 599/],
  ])('refuses the faults %s in a sentence', async (text, sentence) => {
    const faults = join(await makeFolder(), 'faults.json')
    await writeFile(faults, text)
    const { code, stderr } = await runToEnd(cli('emulator', '--faults', faults))
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toContain('    at ')
    expect(code).toBe(1)
  })

  it('serves a form and the package, with an emulated X', async () => {
    const server = await startProgram(cli('serve', '--port', '0'))
    try {
      const page = await fetch(server.url)
      expect(await page.text()).toContain('<form method="post" action="/media" enctype="multipart/form-data">')
      const form = new FormData()
      form.set('alt_text', 'A cat')
      form.set('media', new Blob([sampleFile('image/png', 5000)], { type: 'image/png' }), 'cat.png')
      const headers = { cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
      const response = await fetch(`${server.url}/media`, { method: 'POST', body: form, headers })
      expect(response.status).toBe(201)
      expect((await fetch(`${server.url}/media`, { method: 'POST', body: 'x' })).status).toBe(401)
      const [, x = ''] = /^X is emulated at (\S+)$/m.exec(server.output()) ?? []
      expect(await controlEmulator(x).uploads()).toMatchObject([{ size: 5000, finalized: true }])
    } finally {
      await server.kill()
    }
  })
})

it.each(['serve', 'emulator', 'login'])('%s ends with a sentence when its port is taken', async (name) => {
  const { url, close } = await listen(createServer(), 0, '127.0.0.1')
  onTestFinished(() => close())
  const { code, stderr } = await runToEnd(cli(name, '--port', new URL(url).port), { X_CLIENT_ID: 'app' })
  expect(stderr).toMatch(/^Port \d+ is taken\. Stop the program that listens there, or choose .+\n$/)
  expect(code).toBe(1)
})

const SERVERS = ['serve:node', 'serve:express', 'serve:bun', 'serve:deno', 'serve:workers']
const EXAMPLES = [
  'example:post-a-tweet',
  'example:multi-account',
  'example:rate-limit',
  'example:sign-in',
  'example:scheduled-post',
]

describe.each([...SERVERS, ...EXAMPLES, 'start'])('npm run %s', (script) => {
  it('emulates X when no token is there, and says so', async () => {
    const server = await startProgram(commandOf(script))
    try {
      const [, x = ''] = /^X is emulated at (\S+)$/m.exec(server.output()) ?? []
      expect(await controlEmulator(x).uploads()).toEqual([])
      expect((await fetch(server.url)).status).toBeLessThan(500)
    } finally {
      await server.kill()
    }
  })

  it('says in a sentence that its port is taken', async () => {
    const { url, close } = await listen(createServer(), 0, '127.0.0.1')
    onTestFinished(() => close())
    const { code, stderr } = await runToEnd(commandOf(script), { PORT: new URL(url).port })
    expect(stderr).toMatch(/^(?:The port|Port \d+) is taken\. Stop the program that listens there, .+ PORT=8790\.\n$/)
    expect(code).toBe(1)
  })
})

it.each([
  ['serve:node', { X_BEARER_TOKEN: 'abc' }, 'X_MEDIA_SECRET is not set. Make one with `openssl rand -base64 32`.'],
  ['serve:node', { X_BEARER_TOKEN: 'Bearer abc' }, 'X_BEARER_TOKEN begins with "Bearer ": leave that word out.'],
  ['serve:node', { X_API_BASE_URL: 'http://127.0.0.1:1' }, 'X_API_BASE_URL is set, but X_BEARER_TOKEN is not.'],
  ['serve:workers', { X_BEARER_TOKEN: 'abc', X_MEDIA_SECRET: 'short' }, 'X_MEDIA_SECRET has 5 bytes, but needs'],
  [
    'example:mirror-folder',
    { X_BEARER_TOKEN: 'Bearer abc' },
    'X_BEARER_TOKEN begins with "Bearer ": leave that word out.',
  ],
  ['example:mirror-folder', { FOLDER: '/nowhere', STATE: ':memory:' }, '/nowhere: there is no such file.'],
  ['example:scheduled-post', { X_BEARER_TOKEN: 'abc' }, 'API_KEY is not set. Make one with `openssl rand -base64 32`.'],
  [
    'serve:deno',
    { X_BEARER_TOKEN: 'abc', X_MEDIA_SECRET: 'x'.repeat(32), X_API_BASE_URL: 'x' },
    'X_API_BASE_URL must be a URL such',
  ],
  ['serve:node', { X_MEDIA_SECRET: 'short' }, 'X_MEDIA_SECRET has 5 bytes, but needs'],
  ['serve:node', { X_MEDIA_SEGMENT_BYTES: 'many' }, 'X_MEDIA_SEGMENT_BYTES must be a whole number, not many.'],
  ['start', { PORT: 'abc' }, 'The port must be a number from 0 to 65535, not abc.'],
])('npm run %s says in a sentence what is wrong with %j', async (script, env, sentence) => {
  const { code, stderr } = await runToEnd(commandOf(script), env)
  expect(stderr).toContain(sentence)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
})
