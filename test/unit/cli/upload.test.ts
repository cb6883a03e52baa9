import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { serve } from '../../../adapters/node.ts'
import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import { xMedia } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { type CommandResult, makeFolder, runCommand } from '../../support/cli.ts'
import { sampleFile } from '../../support/media.ts'
import { type EmulatedX, serveX } from '../../support/sign-in.ts'

const TOKEN = 'the-token-of-a-user'
const SIGN_IN = 'x-demo-user: the-name-of-a-user'
const PROCESSING = { pendingSecs: 0, inProgressSecs: 1 }

async function startX(options: EmulatorOptions = {}): Promise<EmulatedX> {
  return await serveX({ tokens: { [TOKEN]: {} }, processing: PROCESSING, ...options })
}

/** A file in a folder of its own. */
async function writeSample(name: string, ...sample: Parameters<typeof sampleFile>): Promise<string> {
  const path = join(await makeFolder(), name)
  await writeFile(path, sampleFile(...sample))
  return path
}

/** Runs `upload` straight to this X. */
async function upload(x: EmulatedX, ...args: string[]): Promise<CommandResult> {
  const result = await runCommand(['upload', ...args], { env: { X_BEARER_TOKEN: TOKEN, X_API_BASE_URL: x.url } })
  expect(JSON.stringify(result)).not.toContain(TOKEN)
  return result
}

/** Runs `upload` through a server in front of this X. */
async function uploadTo(x: EmulatedX, ...args: string[]): Promise<CommandResult> {
  const media = xMedia({
    token: TOKEN,
    secret: 'a secret of at least thirty-two bytes',
    authorize: (c) => (c.req.header('x-demo-user') ? { subject: 'u1' } : null),
    x: { baseUrl: x.url },
  })
  const { url, close } = await serve(new Hono().route('/media', media), { port: 0 })
  onTestFinished(() => close())
  const env = { XDG_STATE_HOME: await makeFolder() }
  const result = await runCommand(['upload', ...args, '--to', `${url}/media`], { env })
  expect(JSON.stringify(result)).not.toMatch(/the-token|the-name/)
  return result
}

describe('upload, straight to X,', () => {
  it('uploads files with their alternative texts, posts them, and prints their ids', async () => {
    const x = await startX()
    const files = [await writeSample('cat.png', 'image/png', 5000), await writeSample('dog.gif', 'image/gif', 6000)]
    const { code, stdout, stderr } = await upload(x, ...files, '--alt', 'A cat', '--post', 'Meow')
    expect(code, stderr).toBe(0)
    const uploads = x.uploads()
    expect(uploads).toMatchObject([
      { size: 5000, finalized: true, media_category: 'tweet_image' },
      { size: 6000, finalized: true },
    ])
    const [first = '', second, post, ...others] = stdout.split('\n')
    expect([first, second, others]).toEqual([...uploads.map(({ id }) => id), []])
    expect(post).toMatch(/^https:\/\/x\.com\/i\/status\/\d+$/)
    expect(await x.upload(first)).toMatchObject({ metadata: { alt_text: { text: 'A cat' } } })
  })

  it('shows progress until X has processed a video', async () => {
    const x = await startX()
    const { progress } = await upload(x, await writeSample('cat.mp4', 'video/mp4', 9_000_000))
    expect(progress[0]).toBe('░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0.0 of 9.0 MB  cat.mp4')
    expect(progress).toContain('████████████████████████ 100 %  9.0 of 9.0 MB  cat.mp4')
    expect(progress.at(-1)).toMatch(/100 %.+X is processing it, \d+ %$/)
  })

  it.each([
    ['X refuses the token', { tokens: {} }, 'cat.png: X refused the server’s token.'],
    ['X asks for payment', { faults: [{ step: 'initialize', kind: 'error', status: 402 }] }, 'has no credits'],
    ['X cannot process it', { faults: [{ step: 'finalize', kind: 'processing_failed' }] }, 'X could not process it'],
  ] satisfies [string, EmulatorOptions, string][])('says so in a sentence when %s', async (_, options, text) => {
    const { code, stdout, stderr } = await upload(
      await startX(options),
      await writeSample('cat.png', 'image/gif', 5000),
    )
    expect(stderr).toContain(text)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('says once that it tries again while X cannot be reached, and in the end why', async () => {
    const file = await writeSample('cat.png', 'image/png', 5000)
    const { url, close } = await serve(new Hono(), { port: 0 })
    await close()
    const env = { X_BEARER_TOKEN: TOKEN, X_API_BASE_URL: url }
    vi.spyOn(systemClock, 'random').mockReturnValue(0)
    onTestFinished(() => void vi.restoreAllMocks())
    const { code, stderr } = await runCommand(['upload', file], { env })
    expect(stderr).toBe(
      [
        'cat.png: X does not answer as it should. We try again, up to 5 times.',
        `${file}: X could not be reached (ECONNREFUSED).`,
      ].join('\n'),
    )
    expect(code).toBe(1)
  })

  it('says that the post was refused, after the ids', async () => {
    const x = await startX({ faults: [{ step: 'post', kind: 'error', status: 403 }] })
    const { code, stdout, stderr } = await upload(x, await writeSample('cat.png', 'image/png', 5000), '--post', 'Meow')
    expect(stdout).toBe(x.uploads()[0]?.id)
    expect(stderr).toBe('X has the media, but refused the post (403): Forbidden')
    expect(code).toBe(1)
  })
})

describe('upload, through a server,', () => {
  it.each([
    ['image/png', 5000],
    ['video/mp4', 6_000_000],
  ] as const)('uploads %s of %i bytes with its alternative text, and prints its id', async (type, bytes) => {
    const x = await startX()
    const file = await writeSample('cat', type, bytes)
    const { code, stdout, stderr, progress } = await uploadTo(x, file, '--alt', 'A cat', '--header', SIGN_IN)
    expect(code, stderr).toBe(0)
    expect(x.uploads()).toMatchObject([{ id: stdout, size: bytes, finalized: true }])
    expect(await x.upload(stdout)).toMatchObject({ metadata: { alt_text: { text: 'A cat' } } })
    expect(progress.some((line) => line.includes('100 %'))).toBe(true)
    expect(x.violations()).toEqual([])
  })

  it('says that a sign-in is missing', async () => {
    const file = await writeSample('cat.png', 'image/png', 5000)
    const { code, stderr } = await uploadTo(await startX(), file)
    expect(stderr).toBe(`${file}: You are not signed in. Send your sign-in with --header, such as a Cookie.`)
    expect(code).toBe(1)
  })
})

describe('upload', () => {
  it('says that a file is missing or empty', async () => {
    const x = await startX()
    const empty = join(await makeFolder(), 'empty.png')
    await writeFile(empty, '')
    expect(await upload(x, '/no/such/file')).toMatchObject({ code: 1, stderr: '/no/such/file: there is no such file.' })
    expect(await upload(x, empty)).toMatchObject({ code: 1, stderr: `${empty}: The file is empty.` })
  })

  it.each([
    [[], 'Name at least one file.'],
    [['a.png', '--alt', 'A', '--alt', 'B'], 'There are 2 alternative texts for 1 files.'],
    [['a.png', '--alt', 'x'.repeat(1001)], 'An alternative text has at most 1000 characters.'],
    [['a.png', '--header', SIGN_IN], '--header goes with --to'],
    [['a.png', '--post', 'Hi', '--to', 'https://app.example/media'], '--post does not go with --to'],
    [['1', '2', '3', '4', '5', '--post', 'Hi'], 'A post has at most 4 media.'],
    [['a.png', '--category', 'picture'], 'There is no category picture'],
    [['a.png', '--nonsense'], "Unknown option '--nonsense'."],
    [['a.png', '--altt', 'A'], "Unknown option '--altt': did you mean --alt?"],
  ])('refuses the arguments %j with the exit code 2', async (args, text) => {
    const { code, stderr } = await runCommand(['upload', ...args], { env: { X_BEARER_TOKEN: TOKEN } })
    expect(stderr).toContain(text)
    expect(code).toBe(2)
  })
})
