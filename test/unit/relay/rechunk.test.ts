import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ReadableStream as PolyfilledStream } from 'web-streams-polyfill'
import { openReader } from '../../../src/ingress/byte-reader.ts'
import { type RechunkOptions, rechunk as rechunkReader, type SegmentMemory } from '../../../src/relay/rechunk.ts'

const rechunk = (stream: ReadableStream<Uint8Array>, options: RechunkOptions) =>
  rechunkReader(openReader(stream), options)

type MakeStream = (
  source: UnderlyingDefaultSource<Uint8Array>,
  strategy?: QueuingStrategy,
) => ReadableStream<Uint8Array>

const native: MakeStream = (source, strategy) => new ReadableStream(source, strategy)

const polyfilled: MakeStream = (source, strategy) => {
  const stream: unknown = new PolyfilledStream(source, strategy)
  if (!isStream(stream)) throw new TypeError('not a stream')
  return stream
}

/** The polyfill's streams follow the standard, but its types differ from the platform's. */
function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof value === 'object' && value !== null && 'getReader' in value
}

/** A stream of the given pieces that records how often it was pulled, and why it was cancelled. */
function streamOf(pieces: Iterable<Uint8Array>, makeStream: MakeStream = native) {
  const iterator = pieces[Symbol.iterator]()
  const seen = { pulls: 0, cancelled: undefined as unknown }
  const stream = makeStream(
    {
      pull(controller) {
        seen.pulls++
        const { done, value } = iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel(reason) {
        seen.cancelled = reason ?? 'no reason'
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, seen }
}

async function collect(segments: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const segment of segments) all.push(segment.slice())
  return all
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

describe.each([
  ['native', native],
  ['polyfilled', polyfilled],
] as const)('rechunk of a %s stream', (_, makeStream) => {
  it('gives the same exact segments however the input is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.nat()),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, cuts, segmentBytes) => {
          const segments = await collect(rechunk(streamOf(split(bytes, cuts), makeStream).stream, { segmentBytes }))
          const sizes = segments.map(({ length }) => length)
          expect(sizes.slice(0, -1).every((size) => size === segmentBytes)).toBe(true)
          expect(sizes.every((size) => size > 0)).toBe(true)
          expect(Buffer.concat(segments)).toEqual(Buffer.from(bytes))
        },
      ),
    )
  })

  it('asks for the size before each segment', async () => {
    const sizes = [3, 1, 5]
    const { stream } = streamOf([new Uint8Array(10)], makeStream)
    const segments = await collect(rechunk(stream, { segmentBytes: () => sizes.shift() ?? 1 }))
    expect(segments.map(({ length }) => length)).toEqual([3, 1, 5, 1])
  })

  it('reads no further than the requested segment', async () => {
    const { stream, seen } = streamOf(
      Array.from({ length: 100 }, () => new Uint8Array(10)),
      makeStream,
    )
    const segments = rechunk(stream, { segmentBytes: 20 })
    expect(seen.pulls).toBe(0)
    await segments.next()
    expect(seen.pulls).toBe(2)
    await segments.next()
    expect(seen.pulls).toBe(4)
    await segments.return()
  })

  it('cancels its source when the iteration ends early', async () => {
    const { stream, seen } = streamOf([new Uint8Array(10), new Uint8Array(10)], makeStream)
    for await (const _segment of rechunk(stream, { segmentBytes: 10 })) break
    expect(seen.cancelled).toBeDefined()
  })

  it('does not cancel a source that has ended', async () => {
    const { stream, seen } = streamOf([new Uint8Array(10)], makeStream)
    await collect(rechunk(stream, { segmentBytes: 4 }))
    expect(seen.cancelled).toBeUndefined()
  })

  it('fails with the error of its source', async () => {
    const failure = new Error('cut')
    const stream = makeStream({
      pull(controller) {
        controller.error(failure)
      },
    })
    await expect(collect(rechunk(stream, { segmentBytes: 4 }))).rejects.toMatchObject({
      code: 'body_incomplete',
      cause: failure,
    })
  })

  it('ends with the reason of its signal while a read is pending, and cancels the source with it', async () => {
    const reasons: unknown[] = []
    const silent = makeStream({
      cancel: (reason) => {
        reasons.push(reason)
      },
    })
    const controller = new AbortController()
    const segments = rechunk(silent, { segmentBytes: 4, signal: controller.signal })
    const pending = segments.next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
    expect(reasons).toEqual([reason])
  })

  it('allocates once for each segment when the input comes in tiny pieces', async () => {
    let allocations = 0
    const pieces = Array.from({ length: 20_000 }, () => new Uint8Array(16))
    const segments = rechunk(streamOf(pieces, makeStream).stream, {
      segmentBytes: 160_000,
      memory: {
        allocate(bytes) {
          allocations++
          return new Uint8Array(bytes)
        },
        grow: () => undefined,
        shrink: (view) => view,
        release() {},
      },
    })
    expect((await collect(segments)).map(({ length }) => length)).toEqual([160_000, 160_000])
    expect(allocations).toBe(3)
  })
})

describe('rechunk', () => {
  it('reads straight into the segments when the reader is the one of workerd', async () => {
    const source = new Uint8Array(10).map((_, index) => index)
    let offset = 0
    vi.stubGlobal(
      'ReadableStreamBYOBReader',
      class {
        readAtLeast() {}
      },
    )
    onTestFinished(() => void vi.unstubAllGlobals())
    const reader = {
      read(view: Uint8Array<ArrayBuffer>, { min }: { min: number }) {
        const part = source.subarray(offset, offset + min)
        offset += part.length
        view.set(part)
        return Promise.resolve({
          done: part.length === 0,
          value: new Uint8Array(view.buffer, view.byteOffset, part.length),
        })
      },
      releaseLock() {},
    }
    const stream = Object.assign(new ReadableStream<Uint8Array>(), { getReader: () => reader })
    const buffers: ArrayBuffer[] = []
    const segments: Uint8Array[] = []
    const allocate = (bytes: number) => {
      const view = new Uint8Array(new ArrayBuffer(bytes + 2), 1, bytes)
      buffers.push(view.buffer)
      return view
    }
    const memory: SegmentMemory = { allocate, grow: () => undefined, shrink: (view) => view, release() {} }
    for await (const segment of rechunk(stream, { segmentBytes: 4, memory })) segments.push(segment)
    expect(segments.map((segment) => [...segment])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    expect(segments.map(({ buffer }) => buffer)).toEqual(buffers.slice(0, 3))
  })

  it('grows a segment as bytes arrive, and ends it early when there is no more memory', async () => {
    let left = 12
    const memory: SegmentMemory = {
      allocate: () => new Uint8Array(2),
      grow(view, bytes) {
        const longer = new Uint8Array(Math.min(bytes, 2 * view.length))
        if (longer.length > left) return undefined
        left -= longer.length
        longer.set(view)
        return longer
      },
      shrink: (view) => view,
      release() {},
    }
    const source = new Uint8Array(23).map((_, index) => index)
    const segments = await collect(rechunk(streamOf([source]).stream, { segmentBytes: 8, memory }))
    expect(segments.map(({ length }) => length)).toEqual([8, ...Array(7).fill(2), 1])
    expect(Buffer.concat(segments)).toEqual(Buffer.from(source))
  })

  it('passes on the first bytes as soon as it has them, once', async () => {
    const shown: number[] = []
    const { stream } = streamOf([new Uint8Array(4000), new Uint8Array(4000), new Uint8Array(4000)])
    const segments = rechunk(stream, { segmentBytes: 10_000, onHead: (head) => shown.push(head.length) })
    await collect(segments)
    expect(shown).toEqual([4100])
    await collect(
      rechunk(streamOf([new Uint8Array(3)]).stream, { segmentBytes: 10, onHead: (head) => shown.push(head.length) }),
    )
    await collect(rechunk(streamOf([]).stream, { segmentBytes: 10, onHead: (head) => shown.push(head.length) }))
    expect(shown).toEqual([4100, 3])
  })

  it('refuses segments of less than a byte', async () => {
    await expect(collect(rechunk(new ReadableStream(), { segmentBytes: 0 }))).rejects.toThrow(RangeError)
  })
})
