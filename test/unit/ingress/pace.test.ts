import { describe, expect, it } from 'vitest'
import { openReader } from '../../../src/ingress/byte-reader.ts'
import { paced } from '../../../src/ingress/pace.ts'
import { createFakeClock } from '../../support/clock.ts'

const OPTIONS = { idleMs: 30_000, minBytesPerSec: 500 }

/** A body whose bytes come when told to. */
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
  const reader = paced(openReader(body.stream), clock, OPTIONS)
  const read = () => reader.read(new Uint8Array(100_000), 0)
  return { clock, body, reader, read }
}

const tooSlow = expect.objectContaining({ code: 'body_too_slow', status: 408 })

describe('a paced body', () => {
  it('ends after 30 seconds without a byte and not before', async () => {
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

  it('takes a sender of 600 bytes a second for long, and ends one of 400', async () => {
    for (const [bytes, outcome] of [
      [600, 'goes on'],
      [400, 'body_too_slow'],
    ] as const) {
      const { clock, body, read, reader } = startReading()
      let seen = 'goes on'
      for (let second = 0; second < 300 && seen === 'goes on'; second++) {
        const reading = read().catch((error) => {
          seen = error.code
        })
        await clock.advance(1000)
        if (seen === 'goes on') body.send(bytes)
        await reading
      }
      expect(seen).toBe(outcome)
      reader.release()
      expect(clock.timers).toBe(0)
    }
  })

  it('does not count the time in which nobody reads', async () => {
    const { clock, body, read } = startReading()
    body.send(1)
    await read()
    await clock.advance(3_600_000)
    body.send(1)
    expect(await read()).toMatchObject({ bytes: 1 })
  })
})
