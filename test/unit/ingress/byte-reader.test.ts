import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { XMediaError } from '../../../src/errors.ts'
import { type ByteReader, openReader, openRequestReader } from '../../../src/ingress/byte-reader.ts'
import { markBodyExclusive } from '../../../src/ingress/exclusive-body.ts'
import { slowBody } from '../../support/slow-body.ts'

const file = new Uint8Array(20_000).map((_, index) => index * 31)

/** The file in chunks, each with a buffer of its own. */
function chunksOf(sizes: readonly number[]): Uint8Array<ArrayBuffer>[] {
  let end = 0
  return sizes.map((size) => {
    end += size
    return file.slice(end - size, end)
  })
}

function requestOf(body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  return new Request('http://upload.test/', init)
}

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

async function readAll(reader: ByteReader | undefined, viewBytes: number): Promise<Uint8Array> {
  if (reader === undefined) throw new TypeError('something else has read the body')
  const parts: Uint8Array[] = []
  let view = new Uint8Array(viewBytes)
  for (let done = false; !done; ) {
    const read = await reader.read(view, 0)
    parts.push(read.view.slice(0, read.bytes))
    view = read.view
    done = read.done
  }
  return Buffer.concat(parts)
}

describe('an exclusive body', () => {
  it('is read whole and its chunks are freed, whatever the sizes of chunks and views', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 500 }), async (sizes, viewBytes) => {
        const chunks = chunksOf(sizes)
        const expected = Buffer.concat(chunks)
        const read = await readAll(openRequestReader(markBodyExclusive(requestOf(streamOf(chunks)))), viewBytes)
        expect(read).toEqual(expected)
        expect(chunks.filter(({ buffer }) => !buffer.detached)).toEqual([])
      }),
    )
  })

  it('leaves a clone method that can be patched and wrapped like any other', () => {
    const request = markBodyExclusive(requestOf(streamOf([])))
    const proxy = new Proxy(request, { get: (target, name) => Reflect.get(target, name, target)?.bind?.(target) })
    expect(proxy.clone).toBeTypeOf('function')
    expect(() => markBodyExclusive(request)).not.toThrow()
  })

  it('keeps a buffer that holds several chunks', async () => {
    const whole = file.slice(0, 100)
    const chunks = [whole.subarray(0, 50), whole.subarray(50)]
    await readAll(openRequestReader(markBodyExclusive(requestOf(streamOf(chunks)))), 1000)
    expect(whole).toEqual(file.subarray(0, 100))
  })
})

describe('an exclusive body whose chunks share no buffer', () => {
  it('frees the buffer of a chunk that does not fill it', async () => {
    const chunks = [new Uint8Array(64).fill(1).subarray(0, 50), new Uint8Array(64).fill(2).subarray(0, 1)]
    const request = markBodyExclusive(requestOf(streamOf(chunks)), { hasOwnBuffers: true })
    expect(await readAll(openRequestReader(request), 40)).toEqual(Buffer.from([...Array(50).fill(1), 2]))
    expect(chunks.map(({ buffer }) => buffer.detached)).toEqual([true, true])
  })
})

describe('a body that others may read too', () => {
  it.each([
    [
      'a request that is not marked exclusive',
      (body: ReadableStream<Uint8Array>) => openRequestReader(requestOf(body)),
    ],
    [
      'an exclusive body whose native form has another reader',
      (body: ReadableStream<Uint8Array>) =>
        openRequestReader(markBodyExclusive(requestOf(body), { openNative: () => undefined })),
    ],
    ['a stream of the app', openReader],
  ])('keeps its chunks: %s', async (_, open) => {
    const chunks = chunksOf([100, 200])
    expect(await readAll(open(streamOf(chunks)), 1000)).toEqual(Buffer.from(file.subarray(0, 300)))
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(file.subarray(0, 300)))
  })

  it('keeps its chunks for a clone of the request', async () => {
    const request = markBodyExclusive(requestOf(streamOf(chunksOf([100, 200]))))
    const clone = request.clone()
    await readAll(openRequestReader(request), 1000)
    expect(new Uint8Array(await clone.arrayBuffer())).toEqual(file.subarray(0, 300))
  })
})

describe('bytes that have arrived', () => {
  it('are read at once, without a promise', async () => {
    const reader = openReader(streamOf(chunksOf([100])))
    expect(await reader.wait()).toBe('readable')
    expect(reader.wait()).toBe('readable')
    expect(reader.read(new Uint8Array(60), 0)).toMatchObject({ bytes: 60, done: false })
    expect(reader.read(new Uint8Array(60), 0)).toMatchObject({ bytes: 40, done: false })
    expect(await reader.read(new Uint8Array(60), 0)).toMatchObject({ bytes: 0, done: true })
  })
})

describe('a read that waits for more than one chunk', () => {
  function startReading(atLeast: number, sizes: readonly number[]) {
    const { stream, ...body } = slowBody()
    const reader = openReader(stream)
    const view = new Uint8Array(100)
    const parts: number[] = []
    const reading = Promise.resolve(reader.read(view, 0, atLeast, (bytes) => parts.push(bytes)))
    for (const chunk of chunksOf(sizes)) body.send(chunk)
    return { reader, body, view, parts, reading }
  }

  it('ends with the chunk that brings enough, and tells of each one before', async () => {
    const { reader, view, parts, reading } = startReading(25, [10, 10, 10, 10])
    expect(await reading).toEqual({ view, bytes: 30, done: false })
    expect(parts).toEqual([10, 10])
    expect(await reader.read(view, 30)).toMatchObject({ bytes: 10 })
    expect(view.subarray(0, 40)).toEqual(file.subarray(0, 40))
  })

  it('ends when its view is full, and leaves the rest to the next read', async () => {
    const { reader, reading } = startReading(1000, [60, 60])
    expect(await reading).toMatchObject({ bytes: 100, done: false })
    expect(reader.read(new Uint8Array(100), 0)).toMatchObject({ bytes: 20 })
  })

  it('ends when the body does', async () => {
    const { body, reading } = startReading(1000, [10, 10])
    body.end()
    expect(await reading).toMatchObject({ bytes: 20, done: true })
  })

  it.each([
    ['it is interrupted', ({ reader }: Started) => reader.interrupt?.()],
    ['the body is cancelled', ({ reader }: Started) => reader.cancel(new Error('enough'))],
    ['the body fails', ({ body }: Started) => body.fail(new Error('reset'))],
  ])('returns what has arrived when %s', async (_, end) => {
    const started = startReading(1000, [10, 10])
    await expect.poll(() => started.parts).toEqual([10, 10])
    end(started)
    expect(await started.reading).toMatchObject({ bytes: 20, done: false })
    expect(started.view.subarray(0, 20)).toEqual(file.subarray(0, 20))
  })
  type Started = ReturnType<typeof startReading>

  it('goes on with the next read after an interruption, and cannot be interrupted before anything has come', async () => {
    const { reader, body, view, parts, reading } = startReading(1000, [10])
    await expect.poll(() => parts).toEqual([10])
    expect(reader.interrupt?.()).toBe(true)
    expect(await reading).toMatchObject({ bytes: 10 })
    const next = reader.read(view, 10)
    expect(reader.interrupt?.()).toBe(false)
    body.send(file.slice(10, 15))
    expect(await next).toMatchObject({ bytes: 5, done: false })
    expect(view.subarray(0, 15)).toEqual(file.subarray(0, 15))
  })

  it('rejects each later read once the body has failed or is cancelled', async () => {
    for (const end of ['fail', 'cancel'] as const) {
      const { reader, body, view, parts, reading } = startReading(1000, [10])
      await expect.poll(() => parts).toEqual([10])
      if (end === 'fail') body.fail(new Error('reset'))
      else reader.cancel(new XMediaError('body_incomplete', 'gone'))
      await reading
      for (let time = 0; time < 2; time++) {
        await expect(reader.read(view, 10)).rejects.toMatchObject({ code: 'body_incomplete' })
      }
    }
  })
})

describe('a stream whose chunks are not bytes', () => {
  it.each([
    ['text', 'x'.repeat(200)],
    ['null', null],
    ['an ArrayBuffer', new ArrayBuffer(200)],
    ['a DataView', new DataView(new ArrayBuffer(200))],
  ])('fails the read that waits for it: %s', async (_, value) => {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue(value) })
    const reading = openReader(stream).read(new Uint8Array(100), 0, 100)
    await expect(reading).rejects.toMatchObject({ code: 'body_incomplete', cause: expect.any(TypeError) })
  })
})

describe('a body that is a byte stream, as on Deno', () => {
  /** A byte stream that records whether each read was in place. */
  function byteStream() {
    const inPlace: boolean[] = []
    let offset = 0
    const stream = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        inPlace.push(controller.byobRequest !== null)
        const chunk = file.slice(offset, offset + 5000)
        offset += chunk.length
        if (chunk.length > 0) controller.enqueue(chunk)
        else controller.close()
        if (chunk.length === 0) controller.byobRequest?.respond(0)
      },
    })
    return { stream, inPlace }
  }

  it.each([{}, { 'content-length': '20000' }])(
    'is copied, because in-place reads cost more or hang there: headers %o',
    async (headers) => {
      const { stream, inPlace } = byteStream()
      expect(await readAll(openRequestReader(requestOf(stream, headers)), 7000)).toEqual(Buffer.from(file))
      expect(inPlace).not.toContain(true)
    },
  )
})
