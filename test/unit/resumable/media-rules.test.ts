import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { memoryStore, type Store, type XMediaEvent, type XMediaOptions } from '../../../src/index.ts'
import { type MediaRulesOptions, mediaRules } from '../../../src/media/index.ts'
import { codeOf, emulator } from '../../support/app.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { movieWith } from '../../support/movies.ts'
import { appWith, create, head, inspect, sendChunk } from '../../support/resumable.ts'

const CHUNK_BYTES = 8000

/** A server; others share its uploads by its store. */
function serverWith(store: Store, rules: MediaRulesOptions = {}, options: Partial<XMediaOptions> = {}): Hono {
  return appWith({ store, media: mediaRules(rules), ...options })
}

async function createFor(app: Hono, file: Uint8Array, mediaType = 'video/mp4', altText?: string): Promise<string> {
  const altTextEntry = altText === undefined ? '' : `,alt_text ${btoa(altText)}`
  const metadata = `filetype ${btoa(mediaType)}${altTextEntry}`
  return await create(app, { 'upload-length': String(file.length), 'upload-metadata': metadata })
}

/** Sends a file in chunks, each to a server of its own. Resolves to the last answer. */
async function sendInChunks(
  servers: () => Hono,
  path: string,
  file: Uint8Array<ArrayBuffer>,
  from = 0,
): Promise<Response> {
  const wanted = { prefer: 'return=representation' }
  for (let offset = from; ; ) {
    const answer = await sendChunk(servers(), path, offset, file.slice(offset, offset + CHUNK_BYTES), wanted)
    const next = Number(answer.headers.get('upload-offset'))
    if (!answer.ok || next === file.length) return answer
    expect(next).toBeGreaterThan(offset)
    offset = next
  }
}

describe('a resumable upload whose chunks reach different servers', () => {
  it.each(['first', 'last'] as const)('ends with the facts of a video that has its moov box %s', async (moov) => {
    const store = memoryStore()
    const file = movieWith('gop-513.mp4', moov)
    const servers = () => serverWith(store, { onViolation: 'warn' })
    const path = await createFor(servers(), file)
    const answer = await sendInChunks(servers, path, file)
    const found = {
      facts: { container: 'mp4', video: { codec: 'avc1', longestGop: 513 } },
      warnings: expect.arrayContaining([expect.objectContaining({ rule: 'gop_frames' })]),
    }
    expect(answer.status, await answer.clone().text()).toBe(200)
    expect(await answer.json()).toMatchObject(found)
    expect(await (await inspect(servers(), path)).json()).toMatchObject({
      ...found,
      state: 'done',
      offset: file.length,
    })
  })

  it('shows its facts before it is done', async () => {
    const store = memoryStore()
    const file = movieWith('long.mp4', 'first')
    const path = await createFor(serverWith(store), file)
    expect(await (await inspect(serverWith(store), path)).json()).toEqual({
      ...{ state: 'open', offset: 0, total_bytes: file.length },
    })
    await sendChunk(serverWith(store), path, 0, file.slice(0, 10_000))
    expect(await (await inspect(serverWith(store), path)).json()).toEqual({
      ...{ state: 'open', offset: 10_000, total_bytes: file.length },
      facts: expect.objectContaining({ container: 'mp4', durationSecs: 1260, known: 'end' }),
    })
    // Without the option, nobody looks.
    expect(await (await inspect(appWith({ store }), path)).json()).not.toHaveProperty('facts')
  })

  it('is refused before FINALIZE by what its end says, for good', async () => {
    const store = memoryStore()
    const servers = () => serverWith(store)
    const file = movieWith('chroma-444.mp4', 'last')
    const path = await createFor(servers(), file)
    const { finalize } = emulator.requests().counts
    const answer = await sendInChunks(servers, path, file)
    expect(await answer.json()).toMatchObject({
      ...{ status: 422, code: 'media_unsupported' },
      detail: 'The video has 4:4:4 chroma; X takes 4:2:0. Encode it again: in ffmpeg, with -pix_fmt yuv420p.',
      violations: [{ rule: 'chroma', actual: '4:4:4', limit: '4:2:0', source: expect.stringMatching(/^https:/) }],
    })
    expect(await codeOf(inspect(servers(), path))).toEqual([422, 'upload_failed'])
    expect(emulator.requests().counts.finalize).toBe(finalize)
  })

  it('probes and hashes the bytes once that X did not acknowledge and the client sends again', async () => {
    const store = memoryStore()
    const file = movieWith('gop-513.mp4', 'last')
    const beforeFinalize = vi.fn<NonNullable<MediaRulesOptions['beforeFinalize']>>(() => undefined)
    const rules: MediaRulesOptions = { beforeFinalize, onViolation: 'warn' }
    let appends = 0
    const failing = serverWith(store, rules, {
      x: {
        segmentBytes: 5000,
        retry: { retries: 0 },
        async fetch(url, init) {
          if (url.endsWith('/append') && ++appends === 3) return new Response(null, { status: 503 })
          return emulator.app.request(url, init)
        },
      },
    })
    const path = await createFor(failing, file)
    expect((await sendChunk(failing, path, 0, file)).status).toBe(502)
    const offset = Number((await head(failing, path)).headers.get('upload-offset'))
    expect(offset).toBe(10_000)
    const answer = await sendInChunks(() => serverWith(store, rules), path, file, offset)
    expect(answer.status, await answer.clone().text()).toBe(200)
    const facts = expect.objectContaining({ frames: 600, video: expect.objectContaining({ longestGop: 513 }) })
    const sha256 = createHash('sha256').update(file).digest('hex')
    expect(await answer.json()).toMatchObject({ facts })
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith({
      ...{ sha256, facts, totalBytes: file.length, category: 'tweet_video' },
    })
  })

  it('has unknown facts, and passes, if its start came to a server without the option', async () => {
    const store = memoryStore()
    const file = movieWith('chroma-444.mp4', 'last')
    const path = await createFor(appWith({ store }), file)
    await sendChunk(appWith({ store }), path, 0, file.slice(0, 10_000))
    const beforeFinalize = vi.fn(() => undefined)
    const answer = await sendInChunks(() => serverWith(store, { beforeFinalize }), path, file, 10_000)
    expect(answer.status, await answer.clone().text()).toBe(200)
    expect(await answer.json()).not.toHaveProperty('facts')
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ sha256: undefined, facts: undefined, totalBytes: file.length }),
    )
  })
})

describe('beforeFinalize', () => {
  const file = movieWith('long.mp4', 'last')

  it('refuses a resumable upload for good', async () => {
    const app = serverWith(memoryStore(), { beforeFinalize: () => 'Not here.' })
    const path = await createFor(app, file)
    expect(await codeOf(sendInChunks(() => app, path, file))).toEqual([422, 'content_refused'])
    const again = await inspect(app, path)
    expect(await again.json()).toMatchObject({ code: 'upload_failed', detail: 'Not here. Start a new upload.' })
  })

  it('runs again when it has failed itself', async () => {
    const broken = new Error('The list of hashes is not there.')
    const beforeFinalize = vi.fn<() => undefined>().mockImplementationOnce(() => {
      throw broken
    })
    const events: XMediaEvent[] = []
    const onEvent = (event: XMediaEvent) => events.push(event)
    const app = serverWith(memoryStore(), { beforeFinalize }, { onEvent })
    app.onError((error, c) => c.text(error.message, 500))
    const path = await createFor(app, file)
    const answer = await sendInChunks(() => app, path, file)
    expect([answer.status, await answer.text()]).toEqual([500, broken.message])
    expect(events).toContainEqual(expect.objectContaining({ type: 'failed', code: 'app_error', bytes: file.length }))
    expect(await (await inspect(app, path)).json()).toMatchObject({ state: 'done', facts: { durationSecs: 1260 } })
    expect(beforeFinalize).toHaveBeenCalledTimes(2)
  })
})

describe('requireAltText', () => {
  const image = readMediaFixture('photo.jpg')

  it('refuses an image before INIT, and takes one that has alternative text', async () => {
    const app = serverWith(memoryStore(), { requireAltText: 'refuse' })
    const { initialize } = emulator.requests().counts
    const without = await createFor(app, image, 'image/jpeg')
    expect(await codeOf(sendChunk(app, without, 0, image))).toEqual([400, 'alt_text_missing'])
    expect(emulator.requests().counts.initialize).toBe(initialize)
    const described = await createFor(app, image, 'image/jpeg', 'A cat')
    const answer = await sendChunk(app, described, 0, image, { prefer: 'return=representation' })
    expect(answer.status, await answer.clone().text()).toBe(200)
    expect(await answer.json()).toMatchObject({ facts: { container: 'jpeg' } })
  })
})
