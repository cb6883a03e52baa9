import { describe, expect, it } from 'vitest'
import { type MediaSource, type MediaUpload, XMediaError } from '../../../src/index.ts'
import { expectFile, expectNothingFinalized, ownUploads, streamOf } from '../../support/own-uploads.ts'
import { randomVideo } from '../../support/random-video.ts'

const MIB = 1024 * 1024
const video = randomVideo(100_000)
const totalBytes = video.length
const headers = { 'content-type': 'video/mp4', 'content-length': String(totalBytes) }

const object = (body: ReadableStream<Uint8Array>) => ({
  ...{ body, size: totalBytes, etag: 'abc' },
  httpMetadata: { contentType: 'video/mp4' },
})

describe('the source of an upload', () => {
  it.each<[string, () => Omit<MediaUpload, 'altText'>]>([
    ['bytes', () => ({ source: video })],
    ['a Blob', () => ({ source: new Blob([video], { type: 'video/mp4' }) })],
    ['a stream with totalBytes', () => ({ source: streamOf(video), totalBytes })],
    ['a Response', () => ({ source: new Response(streamOf(video), { headers }) })],
    ['an object of R2', () => ({ source: object(streamOf(video)) })],
    ['a function of an offset', () => ({ source: (offset) => streamOf(video, offset), totalBytes })],
    ['an async function of an offset', () => ({ source: async (offset) => streamOf(video, offset), totalBytes })],
  ])('may be %s', async (_, upload) => {
    const { client, emulator } = ownUploads({ x: { segmentBytes: 30_000 } })
    const { data } = await client.upload(upload())
    await expectFile(emulator, data.id, video)
  })

  it('tells the media type, unless the upload does', async () => {
    const { client, events } = ownUploads()
    await client.upload({ source: new Response(video, { headers }) })
    await client.upload({ source: object(streamOf(video)), mediaType: 'video/quicktime' })
    const declared = events.flatMap((event) => (event.type === 'initialized' ? event.declaredType : []))
    expect(declared).toEqual(['video/mp4', 'video/quicktime'])
  })

  it.each<[string, () => MediaUpload]>([
    ['no source', () => Object.assign({ mediaType: 'video/mp4' })],
    ['a source of another kind', () => Object.assign({ source: {} })],
    ['a stream without totalBytes', () => ({ source: streamOf(video) })],
    ['a function without totalBytes', () => ({ source: () => streamOf(video) })],
    ['a response without a length', () => ({ source: new Response(streamOf(video)) })],
    [
      'a compressed response, whose length is not that of the file',
      () => ({ source: new Response(streamOf(video), { headers: { ...headers, 'content-encoding': 'gzip' } }) }),
    ],
    ['an id without a store', () => ({ source: video, id: 'film' })],
    ['an empty id', () => ({ source: video, id: '' })],
  ])('is refused with a TypeError: %s', async (_, upload) => {
    await expect(ownUploads().client.upload(upload())).rejects.toThrow(TypeError)
  })

  it('cannot be a stream that something else reads', async () => {
    const source = streamOf(video)
    source.getReader()
    await expect(ownUploads().client.upload({ source, totalBytes })).rejects.toThrow(TypeError)
  })

  it('cannot be the response of a failure', async () => {
    const source = new Response('not found', { status: 404 })
    const upload = ownUploads().client.upload({ source, mediaType: 'text/vtt' })
    await expect(upload).rejects.toMatchObject({ code: 'source_unavailable' })
  })

  it('is cancelled when the upload is refused before it is read', async () => {
    const cancelled = Promise.withResolvers<unknown>()
    const source = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve })
    const upload = ownUploads({ limits: { uploadBytes: 10 } }).client.upload({ source, totalBytes })
    await expect(upload).rejects.toMatchObject({ code: 'too_large' })
    await cancelled.promise
  })

  it('that can be read only once and breaks off ends the upload', async () => {
    const { client, emulator } = ownUploads()
    const upload = client.upload({ source: streamOf(video, 0, 50_000), totalBytes })
    await expect(upload).rejects.toMatchObject({ code: 'body_incomplete' })
    expectNothingFinalized(emulator)
  })
})

describe('a source that can be opened at any byte', () => {
  it('is opened where it broke off, 20 times in 200 MB', async () => {
    const film = randomVideo(200_000_000)
    const offsets: number[] = []
    const { client, emulator, events } = ownUploads()
    const { data } = await client.upload({
      source(offset) {
        offsets.push(offset)
        return streamOf(film, offset, offsets.length <= 20 ? 9_123_457 : Infinity, MIB)
      },
      totalBytes: film.length,
    })
    await expectFile(emulator, data.id, film)
    expect(offsets).toEqual(Array.from({ length: 21 }, (_, breaks) => breaks * 9_123_457))
    const retries = events.filter((event) => event.type === 'retry')
    expect(retries).toHaveLength(20)
    expect(retries[0]).toMatchObject({ step: 'source', attempt: 1, code: 'source_unavailable' })
  })

  it.each<[string, (offset: number, opened: number) => ReadableStream<Uint8Array>]>([
    ['ends early', (offset) => streamOf(video.subarray(0, offset + 30_000), offset)],
    ['fails to open', (offset, opened) => (opened % 2 === 1 ? fail() : streamOf(video, offset, 30_000))],
    ['breaks off after every byte', (offset, opened) => streamOf(video, offset, opened < 50 ? 1 : Infinity)],
  ])('is opened again when it %s', async (_, source) => {
    let opened = 0
    const { client, emulator } = ownUploads({ x: { segmentBytes: 10_000 } })
    const { data } = await client.upload({ source: (offset) => source(offset, ++opened), totalBytes })
    await expectFile(emulator, data.id, video)
    expect(opened).toBeGreaterThan(3)
  })

  it('is opened again when it sends nothing for retry.timeoutMs', async () => {
    let opened = 0
    const source: MediaSource = (offset) => {
      opened += 1
      if (opened === 1) return new ReadableStream<Uint8Array>()
      return opened === 2 ? new Promise(() => {}) : streamOf(video, offset)
    }
    const { client, emulator } = ownUploads({ x: { retry: { backoffMs: 0, timeoutMs: 50 } } })
    const { data } = await client.upload({ source, totalBytes })
    await expectFile(emulator, data.id, video)
    expect(opened).toBe(3)
  })

  it('fails with source_unavailable when it brings no byte in retry.retries attempts', async () => {
    let opened = 0
    const cause = new TypeError('no route to host')
    const source: MediaSource = async () => {
      opened += 1
      throw cause
    }
    const { client, emulator, events } = ownUploads({ x: { retry: { retries: 3, backoffMs: 0 } } })
    const upload = client.upload({ source, totalBytes })
    await expect(upload).rejects.toMatchObject({ code: 'source_unavailable', cause })
    expect(opened).toBe(4)
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'source_unavailable' })
    expectNothingFinalized(emulator)
  })

  it('fails with body_too_short when it always ends early, and with body_too_long when it goes on', async () => {
    const { client, emulator } = ownUploads()
    const short = client.upload({ source: (offset) => streamOf(video, offset), totalBytes: totalBytes + 1 })
    await expect(short).rejects.toMatchObject({ code: 'body_too_short' })
    const long = client.upload({ source: (offset) => streamOf(video, offset), totalBytes: totalBytes - 1 })
    await expect(long).rejects.toMatchObject({ code: 'body_too_long' })
    expectNothingFinalized(emulator)
  })

  it('ends the upload at once with an XMediaError of its own', async () => {
    let opened = 0
    const source: MediaSource = async () => {
      opened += 1
      throw new XMediaError('source_changed', 'Another file is there now.')
    }
    const upload = ownUploads().client.upload({ source, totalBytes })
    await expect(upload).rejects.toMatchObject({ code: 'source_changed', message: 'Another file is there now.' })
    expect(opened).toBe(1)
  })

  it('completes although it breaks off after the last byte', async () => {
    const { client, emulator } = ownUploads()
    const source: MediaSource = (offset) => {
      const stream = streamOf(video, offset).getReader()
      return new ReadableStream({
        async pull(controller) {
          const { done, value } = await stream.read()
          if (done) controller.error(new TypeError('the connection was reset'))
          else controller.enqueue(value)
        },
      })
    }
    const { data } = await client.upload({ source, totalBytes })
    await expectFile(emulator, data.id, video)
  })

  it('is cancelled when the upload ends early', async () => {
    const cancelled = Promise.withResolvers<unknown>()
    const controller = new AbortController()
    const source: MediaSource = () => {
      controller.abort()
      return new ReadableStream<Uint8Array>({ cancel: cancelled.resolve })
    }
    const upload = ownUploads().client.upload({ source, totalBytes }, { signal: controller.signal })
    await expect(upload).rejects.toMatchObject({ code: 'client_closed' })
    await cancelled.promise
  })
})

function fail(): never {
  throw new TypeError('no route to host')
}
