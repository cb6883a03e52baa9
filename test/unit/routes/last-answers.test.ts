import { Hono } from 'hono'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createXMedia, memoryStore, type Store, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { append, compatClient, finalize, form, image, initialize, json } from '../../support/compat-calls.ts'
import * as resumable from '../../support/resumable.ts'

const KEY = 'a good key of at least thirty-two bytes'

/** Whether the answer to an upload names its media, and X has the file. */
async function expectAnswered(response: Response, status = 201): Promise<void> {
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.stringMatching(/"id":"\d+"/)])
  const { data }: { data: { id: string } } = JSON.parse(text)
  expect(await emulator.upload(data.id)).toMatchObject({ finalized: true })
}

describe('a mount path that no header can have', () => {
  it.each<[string, string]>([
    ['/médiás', '/m%C3%A9di%C3%A1s'],
    ['/アップロード/', '/%E3%82%A2%E3%83%83%E3%83%97%E3%83%AD%E3%83%BC%E3%83%89'],
    ['/a b', '/a%20b'],
    ['/a%20b', '/a%20b'],
    ['/a\r\nset-cookie: b=c', '/a%0D%0Aset-cookie:%20b=c'],
    ['/100%', '/100%'],
    ['/\ud800', '/%EF%BF%BD'],
    ['//elsewhere.example/media', '/elsewhere.example/media'],
  ])('%j begins the address of the status in a form that headers have', async (mountPath, expected) => {
    for (const option of [mountPath, () => mountPath]) {
      const app = new Hono().route('/media', describedMedia(optionsWith({ http: { mountPath: option } })))
      const uploaded = await app.request('/media', post(png))
      expect(uploaded.headers.get('location')?.startsWith(`${expected}/status/`)).toBe(true)
      await expectAnswered(uploaded)
      const done = await resumable.createWithBytes(app)
      expect([done.status, done.headers.get('x-media-status')?.startsWith(`${expected}/status/`)]).toEqual([201, true])
    }
  })
})

describe('a function secret that fails while X has the file', () => {
  /** Options whose key is lost as soon as X has answered a step. */
  function losingKeyAt(step: string): Partial<XMediaOptions> {
    let isLost = false
    return {
      log() {},
      secret() {
        if (isLost) throw new Error('no key store')
        return KEY
      },
      x: {
        async fetch(url, init) {
          const answer = await emulator.app.request(url, init)
          isLost ||= url.endsWith(step)
          return answer
        },
      },
    }
  }

  it.each(['/initialize', '/append', '/finalize'])('does not lose the media: at %s', async (step) => {
    await expectAnswered(await describedMedia(optionsWith(losingKeyAt(step))).request('/', post(png)))
    const app = resumable.appWith(losingKeyAt(step))
    const path = await resumable.create(app)
    const response = await resumable.append(app, path, [0, resumable.file.length], {
      prefer: 'return=representation',
    })
    await expectAnswered(response, 200)
  })

  it('refuses an upload before INIT', async () => {
    const before = emulator.uploads().length
    const options = losingKeyAt('/finalize')
    const app = describedMedia(optionsWith(options))
    await app.request('/', post(png))
    expect(await codeOf(app.request('/', post(png)))).toEqual([500, 'misconfigured'])
    expect(emulator.uploads()).toHaveLength(before + 1)
  })
})

describe('a listener onEvent that fails', () => {
  const FAILING: [string, () => void][] = [
    [
      'throws',
      () => {
        throw new Error('no metrics')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no metrics'))],
  ]

  it.each(FAILING)('by a function that %s ends no upload, and is logged', async (_, onEvent) => {
    const log = vi.fn()
    const options = { onEvent, log }
    await expectAnswered(await describedMedia(optionsWith(options)).request('/', post(png)))
    await expectAnswered(await resumable.createWithBytes(resumable.appWith(options)))
    const send = compatClient(options)
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, id, 0, image)
    await expectAnswered(await finalize(send, id), 200)
    // Two apps, and the one that serves X's API.
    const line = expect.stringMatching(/^hono-x-media: onEvent threw Error: no metrics\. \(request [\w-]+\)$/)
    expect(log.mock.calls.flat()).toEqual([line, line, line])
  })

  it.each(FAILING)('by a function that %s ends no upload of the app itself', async (_, onEvent) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const client = createXMedia({
      ...{ token: 't', onEvent },
      x: { fetch: async (url, init) => emulator.app.request(url, init) },
    })
    const { data } = await client.upload({ source: png, mediaType: 'image/png' }, { onEvent })
    expect(await emulator.upload(data.id)).toMatchObject({ finalized: true })
    expect(log).toHaveBeenCalledWith(expect.stringContaining('hono-x-media: onEvent threw Error: no metrics.'))
  })
})

describe('a store that fails while X has the file', () => {
  /** Options with a store that fails from a step of X on. */
  function losingStoreAt(step: string): { options: Partial<XMediaOptions>; repair: () => void } {
    const { get, compareAndSwap } = memoryStore(systemClock)
    let isLost = false
    const whileThere =
      <Arguments extends unknown[], Result>(call: (...args: Arguments) => Promise<Result>) =>
      async (...args: Arguments): Promise<Result> => {
        if (isLost) throw new Error('no connection')
        return await call(...args)
      }
    const store: Store = { get: whileThere(get), compareAndSwap: whileThere(compareAndSwap) }
    return {
      repair() {
        isLost = false
      },
      options: {
        store,
        x: {
          async fetch(url, init) {
            const answer = await emulator.app.request(url, init)
            isLost ||= url.endsWith(step)
            return answer
          },
        },
      },
    }
  }

  it('does not lose an upload in one request', async () => {
    const { options } = losingStoreAt('/finalize')
    await expectAnswered(await describedMedia(optionsWith(options)).request('/', post(png)))
  })

  it('does not lose an upload over X’s own API', async () => {
    const { options } = losingStoreAt('/finalize')
    const send = compatClient(options)
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, id, 0, image)
    await expectAnswered(await finalize(send, id), 200)
    const inOne = compatClient(losingStoreAt('/finalize').options)
    const fields = form(['media_category', 'tweet_image'], ['media', image])
    await expectAnswered(await inOne('POST', '/upload', fields), 200)
  })

  it('does not lose a resumable upload', async () => {
    const clock = useFakeClock()
    const { options, repair } = losingStoreAt('/finalize')
    const app = resumable.appWith(options)
    const path = await resumable.create(app)
    const response = await resumable.append(app, path, [0, resumable.file.length], {
      prefer: 'return=representation',
    })
    await expectAnswered(response, 200)
    repair()
    // The lease could not be released, and runs out.
    await clock.advance(5000)
    expect(await (await app.request(path, { headers: resumable.TUS })).json()).toMatchObject({
      offset: 22_000,
      state: 'done',
    })
  })
})

describe('a status of X that no response can have', () => {
  it.each([600, 999, 1000])('%i becomes a 502 or 503', async (status) => {
    // As a runtime may pass it on: the constructor of Response refuses it.
    const fetch = async () => Object.defineProperty(Response.json({ title: 'Odd' }), 'status', { value: status })
    const x = { retry: { retries: 0 }, fetch }
    const problem = codeOf(describedMedia(optionsWith({ x })).request('/', post(png)))
    expect(await problem).toEqual([502, 'x_unavailable'])
    const fields = json({ media_type: 'image/png', total_bytes: 5000 })
    const answer = await xMedia(optionsWith({ x, compat: true })).request('/2/media/upload/initialize', {
      ...fields,
      method: 'POST',
    })
    expect(answer.status).toBe(503)
  })
})
