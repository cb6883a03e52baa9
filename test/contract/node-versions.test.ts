import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, send } from '../support/client.ts'
import { root } from '../support/docs.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { type Program, runToEnd, startProgram } from '../support/processes.ts'
import { type Installation, installBuild } from '../support/reader-projects.ts'

const file = sampleFile('video/mp4', 100_000)
const USER = { 'x-demo-user': 'u1' }
const TUS = { ...USER, 'tus-resumable': '1.0.0' }

/** The Node versions that servers may have: the development dependency, and those of `test/node-versions`. */
const VERSIONS = [
  [20, 'test/node-versions/20/node_modules/.bin/node'],
  [22, 'test/node-versions/22/node_modules/.bin/node'],
  [24, 'node_modules/.bin/node'],
  [26, 'test/node-versions/26/node_modules/.bin/node'],
] as const

let installation: Installation
let emulator: EmulatorProgram

beforeAll(async () => {
  installation = installBuild()
  // Processing goes on only when a test moves the clock.
  emulator = await startEmulator({ processing: { pendingSecs: 600, inProgressSecs: 600 } })
})
afterAll(async () => {
  await emulator?.kill()
  installation.remove()
})

describe.each(VERSIONS)('the built package on Node %i', (version, path) => {
  const node = root + path
  let server: Program

  beforeAll(async () => {
    server = await startProgram([node, `${installation.packageFolder}/dist/cli/main.js`, 'serve'], {
      X_BEARER_TOKEN: 'server-held-token',
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: emulator.url,
    })
  })
  afterAll(() => server?.kill())

  async function upload(): Promise<{ id: string; statusUrl: string }> {
    const headers = { ...USER, 'content-type': 'video/mp4', 'content-length': file.length }
    const answer = await send('POST', `${server.url}/media`, headers, [file])
    expect(answer.status, answer.text).toBe(201)
    return { id: dataOf(answer.json).id, statusUrl: new URL(String(answer.headers.location), server.url).href }
  }

  async function expectReceived(id: string): Promise<void> {
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: file.length })
  }

  it('runs on that version', async () => {
    expect((await runToEnd([node, '--version'])).stdout).toMatch(new RegExp(`^v${version}\\.`))
  })

  it('accepts a raw body', async () => {
    await expectReceived((await upload()).id)
  })

  it('accepts a form', async () => {
    const body = new FormData()
    body.set('alt_text', 'A cat')
    body.set('media', new File([file], 'cat.mp4', { type: 'video/mp4' }))
    const response = await fetch(`${server.url}/media`, { method: 'POST', headers: USER, body })
    expect(response.status).toBe(201)
    await expectReceived(dataOf(await response.json()).id)
  })

  it('accepts a tus upload in two chunks', async () => {
    const metadata = `filetype ${btoa('video/mp4')}`
    const creation = { ...TUS, 'upload-length': file.length, 'upload-metadata': metadata }
    const endpoint = `${server.url}/media/files`
    const created = await send('POST', endpoint, creation)
    expect(created.status, created.text).toBe(201)
    const at = new URL(String(created.headers.location), endpoint).href
    const middle = file.length / 2
    for (const offset of [0, middle]) {
      const bytes = file.subarray(offset, offset + middle)
      const type = 'application/offset+octet-stream'
      const headers = { ...TUS, 'content-type': type, 'upload-offset': offset, 'content-length': bytes.length }
      const answer = await send('PATCH', at, headers, [bytes])
      expect([answer.status, answer.headers['upload-offset']], answer.text).toEqual([204, String(offset + middle)])
    }
    const received = await emulator.uploads()
    expect(received.at(-1)).toMatchObject({ finalized: true, size: file.length })
  })

  it('answers with the status of a media', async () => {
    const { id, statusUrl } = await upload()
    const { json } = await send('GET', statusUrl, USER)
    expect(json).toMatchObject({ data: { id, processing_info: { state: 'pending' } } })
  })

  it('streams the status of a media until X has processed it', async () => {
    const { statusUrl } = await upload()
    const response = await fetch(statusUrl, { headers: { ...USER, accept: 'text/event-stream' } })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (text === '') await emulator.advance(1200)
      text += piece
    }
    expect(text).toContain('"state":"pending"')
    expect(text).toContain('"state":"succeeded"')
  })
})
