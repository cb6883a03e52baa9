import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import {
  type FinishedMedia,
  interruptedUploads,
  type MediaUpload,
  type UploadErrorCode,
  type UploadMediaOptions,
  type UploadStorage,
  uploadAll,
  uploadMedia,
  XMediaUploadError,
} from '../../../src/browser/index.ts'
import { type XMediaErrorCode, xMedia } from '../../../src/index.ts'
import { base, emulator, optionsWith } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { memoryStorage } from '../../support/upload-storage.ts'

const KIB = 1024
const app = xMedia(optionsWith({ authorize: (c) => (c.req.header('authorization') ? { subject: 'u1' } : null) }, base))
const pictureOf = (bytes: number) => new File([sampleFile('image/png', bytes)], 'cat.png', { type: 'image/png' })
const picture = pictureOf(5000)

/** A proxy or another thing in front of the server: answers by itself, or undefined to let the server answer. */
type InFront = (url: string, init: RequestInit) => Response | undefined

/** The options for the app above, without a socket. */
function options(inFront: InFront = () => undefined, more: Partial<UploadMediaOptions> = {}): UploadMediaOptions {
  return {
    endpoint: 'http://app.example/',
    headers: { authorization: 'Bearer u1' },
    storage: null,
    fetch: async (url, init) => inFront(url, init) ?? (await app.request(url, withLength(init))),
    ...more,
  }
}

/** `fetch` sends the length of a blob. */
function withLength(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers)
  if (init.body instanceof Blob) headers.set('content-length', String(init.body.size))
  return { ...init, headers }
}

const bodyBytes = ({ body }: RequestInit) => (body instanceof Blob ? body.size : 0)

/** A proxy with a limit for the size of requests. */
const limitedTo =
  (bytes: number): InFront =>
  (_, init) =>
    bodyBytes(init) > bytes ? new Response('<h1>413 Request Entity Too Large</h1>', { status: 413 }) : undefined

describe('uploadMedia', () => {
  it('is typed', () => {
    expectTypeOf(uploadMedia).returns.toEqualTypeOf<MediaUpload>()
    expectTypeOf<Awaited<MediaUpload>>().toEqualTypeOf<FinishedMedia>()
    expectTypeOf<Awaited<ReturnType<typeof uploadAll>>>().toEqualTypeOf<FinishedMedia[]>()
    expectTypeOf<XMediaErrorCode>().toExtend<UploadErrorCode>()
    expectTypeOf<XMediaUploadError['code']>().toEqualTypeOf<UploadErrorCode>()
    // @ts-expect-error the endpoint has no default
    expectTypeOf(uploadMedia).toBeCallableWith(picture, {})
    // @ts-expect-error X has no such category
    expectTypeOf(uploadMedia).toBeCallableWith(picture, { endpoint: '/media', category: 'tweet_sound' })
  })

  it('sends chunks below the limit of a proxy', async () => {
    const { id } = await uploadMedia(pictureOf(300 * KIB), options(limitedTo(100 * KIB), { plainBytes: 1000 }))
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 300 * KIB })
  })

  it('sends chunks of the size that the server states, and none that is refused', async () => {
    const limited = xMedia(optionsWith({ http: { hostLimitBytes: 100 * KIB } }))
    const sizes: number[] = []
    const refused: number[] = []
    const fetch = async (url: string, init: RequestInit) => {
      const response = await limited.request(url, withLength(init))
      if (init.method === 'PATCH') sizes.push(bodyBytes(init))
      if (!response.ok) refused.push(response.status)
      return response
    }
    const { id } = await uploadMedia(pictureOf(250 * KIB), options(undefined, { fetch, plainBytes: 1000 }))
    expect([sizes, refused]).toEqual([[100 * KIB, 100 * KIB, 50 * KIB], []])
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 250 * KIB })
  })

  it('sends a small file in chunks if the server refuses it in one request', async () => {
    const limited = xMedia(optionsWith({ http: { hostLimitBytes: 100 * KIB } }))
    const fetch = async (url: string, init: RequestInit) => limited.request(url, withLength(init))
    const { id } = await uploadMedia(pictureOf(250 * KIB), options(undefined, { fetch }))
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 250 * KIB })
  })

  it('sends a small file in chunks if a proxy refuses it in one request', async () => {
    const { id } = await uploadMedia(pictureOf(300 * KIB), options(limitedTo(100 * KIB)))
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 300 * KIB })
  })

  it('sends a large file in one request where the server has no resumable uploads', async () => {
    const methods: unknown[] = []
    const { id } = await uploadMedia(
      pictureOf(300 * KIB),
      options(
        (url, { method }) => {
          methods.push(method)
          return url.includes('/files') ? new Response(null, { status: 404 }) : undefined
        },
        { plainBytes: 1000 },
      ),
    )
    expect(methods.slice(0, 2)).toEqual(['OPTIONS', 'POST'])
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: 300 * KIB })
  })

  it('refuses a file above the limit of the server before it sends any of it', async () => {
    const sent: unknown[] = []
    const inFront: InFront = (_, { method }) => {
      sent.push(method)
      return method === 'OPTIONS'
        ? new Response(null, { status: 204, headers: { 'tus-version': '1.0.0', 'tus-max-size': '2000' } })
        : undefined
    }
    const upload = uploadMedia(pictureOf(3000), options(inFront, { plainBytes: 1000 }))
    await expect(upload).rejects.toMatchObject({
      code: 'too_large',
      message: 'The file is too large. It has 3,000 bytes; the limit is 2,000 bytes.',
    })
    expect(sent).toEqual(['OPTIONS'])
  })

  it('asks for the headers of each request', async () => {
    const headers = vi.fn(async () => ({ authorization: 'Bearer u1' }))
    await uploadMedia(picture, options(undefined, { headers, plainBytes: 1000 }))
    // OPTIONS, POST and PATCH
    expect(headers).toHaveBeenCalledTimes(3)
  })

  it('tries again when a token cannot be renewed at the moment, and not when the app says why it ends', async () => {
    const headers = vi.fn(async () => ({ authorization: 'Bearer u1' }))
    headers.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    expect(await uploadMedia(picture, options(undefined, { headers }))).toMatchObject({ id: expect.any(String) })
    headers.mockRejectedValueOnce(new XMediaUploadError('unauthorized'))
    const upload = uploadMedia(picture, options(undefined, { headers }))
    await expect(upload).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('remembers an upload whose user must sign in again', async () => {
    const storage = memoryStorage()
    const upload = uploadMedia(picture, options(undefined, { headers: {}, storage }))
    await expect(upload).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
    const [found] = await interruptedUploads(options(undefined, { storage }))
    expect(await found?.resume()).toMatchObject({ id: expect.any(String) })
    expect(await storage.list()).toEqual([])
  })

  it('tells a file that can no longer be read from a lost connection, and remembers its upload', async () => {
    const unreadable = Object.assign(pictureOf(5000), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }),
    })
    const storage = memoryStorage()
    const fetch: UploadMediaOptions['fetch'] = () => Promise.reject(new TypeError('Failed to fetch'))
    await expect(uploadMedia(unreadable, options(undefined, { fetch, storage }))).rejects.toMatchObject({
      code: 'file_unreadable',
    })
    expect(await interruptedUploads(options(undefined, { storage }))).toMatchObject([{ name: 'cat.png', size: 5000 }])
  })

  it('gives up when nothing has come through for so long', async () => {
    const fails = vi.fn(() => Promise.reject(new TypeError('Failed to fetch')))
    const upload = uploadMedia(picture, options(undefined, { fetch: fails, giveUpAfterMs: 0 }))
    await expect(upload).rejects.toMatchObject({ code: 'connection_lost', message: expect.stringContaining('lost') })
    expect(fails).toHaveBeenCalledOnce()
  })

  it('does not try again what cannot succeed', async () => {
    const inFront = vi.fn(() => Response.json({ code: 'x_payment_required', detail: '…' }, { status: 502 }))
    await expect(uploadMedia(picture, options(inFront))).rejects.toMatchObject({ code: 'x_payment_required' })
    expect(inFront).toHaveBeenCalledOnce()
  })

  it('tries again after the page of a proxy whose server is down', async () => {
    const inFront = vi.fn<InFront>().mockReturnValueOnce(new Response('<h1>502</h1>', { status: 502 }))
    expect(await uploadMedia(picture, options(inFront))).toMatchObject({ id: expect.any(String) })
    expect(inFront).toHaveBeenCalledTimes(2)
  })

  it('stays paused if it is paused just when the last answer comes', async () => {
    const states: string[] = []
    const upload: MediaUpload = uploadMedia(
      new File([sampleFile('video/mp4', 5000)], 'dance.mp4', { type: 'video/mp4' }),
      options(undefined, {
        onProgress({ state, acknowledgedBytes }) {
          states.push(state)
          if (state === 'uploading' && acknowledgedBytes === 5000 && !states.includes('paused')) upload.pause()
        },
      }),
    )
    await vi.waitFor(() => expect(upload.state).toBe('paused'))
    upload.resume()
    expect(await upload).toMatchObject({ id: expect.any(String) })
    expect([...new Set(states)]).toEqual(['uploading', 'paused', 'processing', 'done'])
  })

  it('stays paused if it is paused again as soon as it is resumed', async () => {
    const inFront = vi.fn<InFront>()
    let pausesLeft = 1
    const upload: MediaUpload = uploadMedia(
      picture,
      options(inFront, { onProgress: ({ state }) => state === 'uploading' && pausesLeft-- > 0 && upload.pause() }),
    )
    upload.pause()
    upload.resume()
    expect(upload.state).toBe('paused')
    await new Promise((resolve) => setImmediate(resolve))
    expect(inFront).not.toHaveBeenCalled()
    upload.resume()
    expect(await upload).toMatchObject({ id: expect.any(String) })
  })

  it('goes on when the storage fails', async () => {
    const failing = () => Promise.reject(new DOMException('', 'QuotaExceededError'))
    const storage: UploadStorage = { list: failing, set: failing, delete: failing, setFile: failing, getFile: failing }
    expect(await uploadMedia(picture, options(undefined, { storage }))).toMatchObject({ id: expect.any(String) })
    expect(await interruptedUploads(options(undefined, { storage }))).toEqual([])
  })

  it('does not mix up blobs without a name, nor two uploads of one file at once', async () => {
    const storage = memoryStorage()
    const blob = new Blob([picture], { type: 'image/png' })
    const all = await uploadAll([blob, blob, picture, picture], options(undefined, { storage }))
    expect(new Set(all.map(({ id }) => id)).size).toBe(4)
    expect(await storage.list()).toEqual([])
  })

  it('remembers a finished upload until it is forgotten, if asked to, and sends the same file again meanwhile', async () => {
    const storage = memoryStorage()
    const keeping = options(undefined, { storage, keepFinished: true })
    const upload = uploadMedia(picture, keeping)
    const { id } = await upload
    expect(await storage.list()).toMatchObject([{ hasFile: true, uploaded: { answer: { data: { id } } } }])
    expect((await uploadMedia(picture, keeping)).id).not.toBe(id)
    await upload.forget()
    expect(await storage.list()).toEqual([])
    expect((await uploadMedia(picture, keeping)).id).not.toBe(id)
  })

  it('does not report a rejection that nobody handles when it is aborted', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => {
      process.off('unhandledRejection', unhandled)
    })
    const upload = uploadMedia(picture, options())
    upload.abort()
    await vi.waitFor(() => expect(upload.state).toBe('failed'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
  })
})
