import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteReader, openReader, openRequestReader } from '../../../src/ingress/byte-reader.ts'
import { attachNativeBody } from '../../../src/ingress/native-body.ts'

const file = new Uint8Array(20_000).map((_, index) => index * 31)

/** Views of the file's bytes, each with memory of its own. */
function piecesOf(sizes: readonly number[]): Uint8Array<ArrayBuffer>[] {
  let at = 0
  return sizes.map((size) => {
    at += size
    return file.slice(at - size, at)
  })
}

function requestOf(body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  return new Request('http://upload.test/', init)
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

async function readAll(reader: ByteReader, viewBytes: number): Promise<Uint8Array> {
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

describe('a body whose pieces nobody else has', () => {
  it('is read whole, and its pieces are freed, whatever their sizes and the room for them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 500 }), async (sizes, viewBytes) => {
        const pieces = piecesOf(sizes)
        const expected = Buffer.concat(pieces)
        const read = await readAll(openRequestReader(attachNativeBody(requestOf(streamOf(pieces)))), viewBytes)
        expect(read).toEqual(expected)
        expect(pieces.filter(({ buffer }) => !buffer.detached)).toEqual([])
      }),
    )
  })

  it('has a clone method that can be patched and wrapped like any other', () => {
    const request = attachNativeBody(requestOf(streamOf([])))
    const proxy = new Proxy(request, { get: (target, name) => Reflect.get(target, name, target)?.bind?.(target) })
    expect(proxy.clone).toBeTypeOf('function')
    expect(() => attachNativeBody(request)).not.toThrow()
  })

  it('keeps memory of which a piece is only a part', async () => {
    const whole = file.slice(0, 100)
    const pieces = [whole.subarray(0, 50), whole.subarray(50)]
    await readAll(openRequestReader(attachNativeBody(requestOf(streamOf(pieces)))), 1000)
    expect(whole).toEqual(file.subarray(0, 100))
  })
})

describe('a body whose pieces somebody else may have', () => {
  it.each([
    ['a request without a claim', (body: ReadableStream<Uint8Array>) => openRequestReader(requestOf(body))],
    [
      'a claimed request that somebody has a part in after all',
      (body: ReadableStream<Uint8Array>) => openRequestReader(attachNativeBody(requestOf(body), () => undefined)),
    ],
    ['a stream that an app gave', openReader],
  ])('keeps them: %s', async (_, open) => {
    const pieces = piecesOf([100, 200])
    expect(await readAll(open(streamOf(pieces)), 1000)).toEqual(Buffer.from(file.subarray(0, 300)))
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(file.subarray(0, 300)))
  })

  it('keeps them for the clone of a request', async () => {
    const request = attachNativeBody(requestOf(streamOf(piecesOf([100, 200]))))
    const clone = request.clone()
    await readAll(openRequestReader(request), 1000)
    expect(new Uint8Array(await clone.arrayBuffer())).toEqual(file.subarray(0, 300))
  })
})

describe('a body that is a byte stream, as on Deno', () => {
  /** Tells whether it was asked to write into memory of the reader. */
  function byteStream() {
    const inPlace: boolean[] = []
    let at = 0
    const stream = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        inPlace.push(controller.byobRequest !== null)
        const part = file.slice(at, at + 5000)
        at += part.length
        if (part.length > 0) controller.enqueue(part)
        else controller.close()
        if (part.length === 0) controller.byobRequest?.respond(0)
      },
    })
    return { stream, inPlace }
  }

  it.each([{}, { 'content-length': '20000' }])(
    'is read with a copy with the headers %o: in place it costs more there, or hangs',
    async (headers) => {
      const { stream, inPlace } = byteStream()
      expect(await readAll(openRequestReader(requestOf(stream, headers)), 7000)).toEqual(Buffer.from(file))
      expect(inPlace).not.toContain(true)
    },
  )
})
