import { describe, expect, it } from 'vitest'
import { openReader } from '../../../src/ingress/byte-reader.ts'
import { createPacedReader } from '../../../src/ingress/paced-reader.ts'
import { createFakeClock } from '../../support/clock.ts'

const OPTIONS = { idleMs: 30_000, minBytesPerSec: 500 }

/** A body whose bytes the test sends one by one. */
function slowBody() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const cancelled: unknown[] = []
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel(reason) {
      cancelled.push(reason)
    },
  })
  return { stream, cancelled, send: (bytes: number) => controller?.enqueue(new Uint8Array(bytes)) }
}

function startReading() {
  const clock = createFakeClock()
  const body = slowBody()
  const reader = createPacedReader(openReader(body.stream), clock, OPTIONS)
  const read = () => reader.read(new Uint8Array(100_000), 0)
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

  it('does not count the time when nobody is reading', async () => {
    const { clock, body, read } = startReading()
    body.send(1)
    await read()
    await clock.advance(3_600_000)
    body.send(1)
    expect(await read()).toMatchObject({ bytes: 1 })
  })
})
