import { describe, expect, it } from 'vitest'
import { type ByteReader, openReader } from '../../../src/ingress/byte-reader.ts'
import { createPacedReader } from '../../../src/ingress/paced-reader.ts'
import { sleep } from '../../../src/lib/clock.ts'
import { createFakeClock } from '../../support/clock.ts'
import { replacePromise } from '../../support/replace-promise.ts'
import { slowBody } from '../../support/slow-body.ts'

const OPTIONS = { idleMs: 30_000, minBytesPerSec: 500 }

function startReading() {
  const clock = createFakeClock()
  const { stream, ...sent } = slowBody()
  const body = { ...sent, send: (bytes: number) => sent.send(new Uint8Array(bytes)) }
  const reader = createPacedReader(openReader(stream), clock, OPTIONS)
  const read = async () => await reader.read(new Uint8Array(100_000), 0)
  return { clock, body, reader, read }
}

const tooSlow = expect.objectContaining({ code: 'body_too_slow', status: 408 })

describe('createPacedReader', () => {
  it('cancels after 30 seconds without a byte, and not earlier', async () => {
    const { clock, body, read } = startReading()
    const reading = read()
    reading.catch(() => {})
    await clock.advance(29_000)
    expect(body.cancelled).toEqual([])
    await clock.advance(1000)
    await expect(reading).rejects.toEqual(tooSlow)
    expect(body.cancelled).toEqual([tooSlow])
    expect(clock.timers).toBe(0)
  })

  it('counts bytes and silence in an app that replaces `Promise`', async () => {
    replacePromise()
    const { clock, body, reader, read } = startReading()
    const reading = read()
    body.send(10)
    await reading
    expect(reader.receivedBytes()).toBe(10)
    reader.wait()
    await clock.advance(1500)
    expect(reader.silentMs()).toBe(1500)
    reader.stopTimer()
  })

  it('keeps reading from a client that sends 600 bytes a second, and cancels at 400', async () => {
    for (const [bytes, outcome] of [
      [600, 'still reading'],
      [400, 'body_too_slow'],
    ] as const) {
      const { clock, body, read, reader } = startReading()
      let seen = 'still reading'
      for (let second = 0; second < 300 && seen === 'still reading'; second++) {
        const reading = read().catch((error) => {
          seen = error.code
        })
        await clock.advance(1000)
        if (seen === 'still reading') body.send(bytes)
        await reading
      }
      expect(seen).toBe(outcome)
      reader.stopTimer()
      expect(clock.timers).toBe(0)
    }
  })

  it('counts what arrives while one read waits for more', async () => {
    const { clock, body, reader } = startReading()
    const reading = Promise.resolve(reader.read(new Uint8Array(1_000_000), 0, 1_000_000))
    for (let sent = 1; sent <= 100; sent++) {
      body.send(4000)
      await expect.poll(() => reader.receivedBytes()).toBe(sent * 4000)
      expect(reader.silentMs()).toBe(0)
      await clock.advance(500)
      expect(reader.silentMs()).toBe(500)
    }
    expect(body.cancelled).toEqual([])
    body.end()
    expect(await reading).toMatchObject({ bytes: 400_000, done: true })
    expect(reader.receivedBytes()).toBe(400_000)
    reader.stopTimer()
  })

  it('ends a read that waits for more when its client becomes slow, and says so at the next wait', async () => {
    const { clock, body, reader } = startReading()
    const reading = Promise.resolve(reader.read(new Uint8Array(100_000), 0, 100_000))
    body.send(1000)
    await expect.poll(() => reader.receivedBytes()).toBe(1000)
    await clock.advance(2000)
    expect(await reading).toMatchObject({ bytes: 1000, done: false })
    expect(reader.wait()).toBe('slow')
    reader.stopTimer()
  })

  it('cancels a quick client that falls silent in the middle of a read after 30 seconds, and not earlier', async () => {
    const { clock, body, reader } = startReading()
    const view = new Uint8Array(20_000_000)
    const reading = (async () => {
      for (let filled = 0; ; ) {
        if ((await reader.wait()) === 'readable') filled += (await reader.read(view, filled, view.length)).bytes
      }
    })()
    reading.catch(() => {})
    body.send(10_000_000)
    await expect.poll(() => reader.receivedBytes()).toBe(10_000_000)
    await clock.advance(29_000)
    expect(body.cancelled).toEqual([])
    await clock.advance(1000)
    expect(body.cancelled).toEqual([tooSlow])
    await expect(reading).rejects.toEqual(tooSlow)
  })

  it.each([
    ['1 byte before anything has come', 0, 1],
    ['what a client of 20,000 bytes a second sends in 100 ms', 20_000, 2000],
    ['no more than a client of 500 bytes a second sends in 15 s', 10_000_000, 7500],
  ])('waits for %s', async (_, bytesPerSec, expected) => {
    const clock = createFakeClock()
    const asked: (number | undefined)[] = []
    const source: ByteReader = {
      wait: () => 'readable',
      async read(view, _, atLeast) {
        asked.push(atLeast)
        await sleep(clock, 1000)
        return { view, bytes: bytesPerSec, done: false }
      },
      cancel() {},
    }
    const reader = createPacedReader(source, clock, OPTIONS)
    const first = reader.read(new Uint8Array(1), 0)
    await clock.advance(1000)
    const { view } = await first
    reader.read(view, 0)
    reader.stopTimer()
    expect(asked).toEqual([1, expected])
  })

  it('does not count the time when nobody is reading', async () => {
    const { clock, body, read } = startReading()
    body.send(1)
    await read()
    await clock.advance(3_600_000)
    body.send(1)
    expect(await read()).toMatchObject({ bytes: 1 })
  })

  it.each([
    ['readable', 20_000],
    ['slow', 6000],
    ['silent', 400],
  ] as const)(
    'finds a client %s that sends %i bytes a second, and ends no wait but for news',
    async (arrival, bytes) => {
      const { clock, body, reader, read } = startReading()
      const seen = new Set<string>()
      for (let second = 0; second < 10; second++) {
        const waiting = reader.wait()
        await clock.advance(1000)
        body.send(bytes)
        seen.add(await waiting)
        await read()
      }
      expect(seen).toEqual(new Set(['readable', arrival]))
      reader.stopTimer()
    },
  )

  it('reports a client that has fallen silent every two seconds, and waits for it no longer than for one that reads', async () => {
    const { clock, body, reader } = startReading()
    const seen: string[] = []
    const watch = (async () => {
      for (;;) {
        const arrival = await reader.wait()
        if (arrival === 'readable') return
        seen.push(arrival)
      }
    })()
    await clock.advance(29_000)
    expect(seen).toEqual(Array.from({ length: 14 }, () => 'silent'))
    expect(reader.silentMs()).toBe(29_000)
    expect(body.cancelled).toEqual([])
    await clock.advance(1000)
    await watch
    expect(body.cancelled).toEqual([tooSlow])
  })
})
