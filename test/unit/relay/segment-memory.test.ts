import { afterEach, describe, expect, it } from 'vitest'
import { openReader } from '../../../src/ingress/byte-reader.ts'
import { createPacedReader } from '../../../src/ingress/paced-reader.ts'
import { createMemoryPool } from '../../../src/relay/memory-pool.ts'
import { rechunk } from '../../../src/relay/rechunk.ts'
import { createSegmentMemory } from '../../../src/relay/segment-memory.ts'
import { planSegments, planSingleSegment, type SegmentPlan } from '../../../src/relay/segment-plan.ts'
import { createEnvelope } from '../../../src/x/multipart-envelope.ts'
import { createFakeClock } from '../../support/clock.ts'
import { slowBody } from '../../support/slow-body.ts'

const KIB = 1024
const MIB = 1024 * KIB

const ended: (() => void)[] = []
afterEach(() => {
  for (const end of ended.splice(0)) end()
})

/** An upload of which each segment reaches X as soon as it is read. */
function startUpload(plan: SegmentPlan, { inUse = 0 } = {}) {
  const clock = createFakeClock()
  const pool = createMemoryPool(64 * MIB, 2)
  pool.reserve(inUse, 'others')
  const { stream, ...body } = slowBody()
  const reader = createPacedReader(openReader(stream), clock, { idleMs: 30_000, minBytesPerSec: 500 })
  const reservation = pool.reserve(pool.cost(plan.minBufferBytes), 'u1')
  const envelope = createEnvelope({ segment_index: '999' })
  const limiter = { inFlight: () => 0, waitForCompletion: async () => {} }
  const memory = createSegmentMemory({ envelope, reservation, clock, plan, limiter })
  const received: Uint8Array[] = []
  const reading = (async () => {
    for await (const segment of rechunk(reader, { segmentBytes: plan.segmentBytes, memory })) {
      received.push(segment.slice())
      memory.release(segment)
    }
  })()
  ended.push(() => reader.stopTimer())
  return {
    clock,
    body,
    received,
    reading,
    minimum: pool.cost(plan.minBufferBytes),
    heldBytes: () => pool.committedBytes - inUse,
  }
}

const numbered = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => index % 251)

describe('the memory of an upload', () => {
  it.each([64, 256])('falls back to its minimum when its client falls silent after %i KiB', async (burst) => {
    const plan = planSegments(20 * MIB, 4 * MIB, 1000)
    const { clock, body, received, reading, minimum, heldBytes } = startUpload(plan)
    const file = numbered(burst * KIB + 1000)
    body.send(file.slice(0, burst * KIB))
    await expect.poll(heldBytes).toBeGreaterThanOrEqual(2 * burst * KIB)
    for (let second = 0; second < 5; second++) {
      await clock.advance(1000)
      body.send(file.slice(burst * KIB + second, burst * KIB + second + 1))
    }
    expect(heldBytes()).toBe(minimum)
    body.send(file.slice(burst * KIB + 5))
    body.end()
    await reading
    expect(Buffer.concat(received).equals(file)).toBe(true)
  })

  it('falls back to the bytes that have arrived when its file must be held whole', async () => {
    const { clock, body, received, reading, heldBytes } = startUpload(planSingleSegment(4 * MIB))
    const file = numbered(600 * KIB)
    body.send(file.slice(0, 550 * KIB))
    await expect.poll(heldBytes).toBeGreaterThanOrEqual(2 * 2 * MIB)
    await clock.advance(5000)
    expect(heldBytes()).toBeLessThan(2 * 700 * KIB)
    body.send(file.slice(550 * KIB))
    body.end()
    await reading
    expect(Buffer.concat(received).equals(file)).toBe(true)
  })

  it('of a slow client stays while memory is plentiful, and falls back to its minimum while it is short', async () => {
    for (const inUse of [0, 20 * MIB]) {
      const plan = planSegments(20 * MIB, 4 * MIB, 1000)
      const { clock, body, minimum, heldBytes } = startUpload(plan, { inUse })
      body.send(numbered(40 * KIB))
      for (let second = 0; second < 10; second++) {
        await clock.advance(1000)
        body.send(numbered(2000))
      }
      if (inUse === 0) expect(heldBytes()).toBeGreaterThanOrEqual(2 * 128 * KIB)
      else expect(heldBytes()).toBe(minimum)
    }
  })

  describe('while another upload of its subject has a lot', () => {
    /** A quick upload that has filled 128 KiB, and asks for more. */
    async function growBeside() {
      const clock = createFakeClock()
      const pool = createMemoryPool(64 * MIB, 2)
      const other = pool.reserve(0, 'u1')
      const buffers: ArrayBuffer[] = []
      for (let buffer = other.acquire(MIB, 'quick'); buffer; buffer = other.acquire(MIB, 'quick')) buffers.push(buffer)
      const plan = planSegments(20 * MIB, 4 * MIB, 1000)
      const reservation = pool.reserve(pool.cost(plan.minBufferBytes), 'u1')
      const envelope = createEnvelope({ segment_index: '999' })
      const abort = new AbortController()
      const memory = createSegmentMemory({ envelope, reservation, clock, plan, signal: abort.signal })
      const small = await memory.grow(await memory.allocate(4 * MIB), 4 * MIB)
      if (small === undefined) throw new Error('there is no memory for 128 KiB')
      return { clock, pool, abort, other, buffers, small, growing: memory.grow(small, 4 * MIB) }
    }

    it('waits until memory comes back', async () => {
      const { clock, other, buffers, small, growing } = await growBeside()
      await clock.advance(1000)
      for (const buffer of buffers) other.release(buffer)
      expect((await growing)?.length).toBe(4 * small.length)
      expect(clock.timers).toBe(0)
    })

    it('sends what it has when none comes back', async () => {
      const { clock, growing } = await growBeside()
      await clock.advance(2010)
      expect(await growing).toBeUndefined()
    })

    it('waits no longer for slow clients that have nothing to return', async () => {
      const { clock, pool, growing } = await growBeside()
      const slow = pool.reserve(0, 'u2')
      for (let second = 0; second < 2; second++) {
        await clock.advance(1000)
        slow.returnToMinimum()
      }
      await clock.advance(100)
      expect(await Promise.race([growing, 'waits'])).toBeUndefined()
    })

    it('stops waiting at once when it is aborted', async () => {
      const { abort, growing } = await growBeside()
      abort.abort(new Error('the client is gone'))
      await expect(growing).rejects.toThrow('the client is gone')
    })
  })
})
