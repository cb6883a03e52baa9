import { describe, expect, it } from 'vitest'
import type { FaultEffect } from '../../../src/emulator/index.ts'
import { bytes, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('random faults', () => {
  const statusesInOrder = async (seed: number, order: number[]) => {
    const effects: FaultEffect[] = [
      { kind: 'error', status: 500 },
      { kind: 'error', status: 503, when: 'after' },
    ]
    const calls = createCalls({ random: { seed, rate: 0.3, effects, steps: ['append'] } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 200 })
    const statuses = new Map<number, number>()
    for (const index of order) statuses.set(index, (await calls.append(id, index, bytes(1))).status)
    return order.toSorted((a, b) => a - b).map((index) => statuses.get(index))
  }
  const forwards = Array.from({ length: 200 }, (_, at) => at)

  it('depend on the seed, but not on the order of the calls', async () => {
    const first = await statusesInOrder(1, forwards)
    expect(await statusesInOrder(1, forwards.toReversed())).toEqual(first)
    expect(await statusesInOrder(2, forwards)).not.toEqual(first)
    const faulty = first.filter((status) => status !== 200).length
    expect(faulty).toBeGreaterThan(40)
    expect(faulty).toBeLessThan(80)
  })

  it('do not hit the same call more than three times in a row', async () => {
    const calls = createCalls({ random: { seed: 1, rate: 1, effects: [{ kind: 'error' }], steps: ['append'] } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const statuses: number[] = []
    for (let call = 0; call < 8; call++) statuses.push((await calls.append(id, 0, bytes(1))).status)
    expect(statuses).toEqual([503, 503, 503, 200, 503, 503, 503, 200])
  })

  it('do not hit the same INIT more than three times in a row, whichever calls come between', async () => {
    const calls = createCalls({ random: { seed: 1, rate: 1, effects: [{ kind: 'error' }] } })
    const statuses: number[][] = [[], []]
    for (let call = 0; call < 4; call++) {
      for (const size of [1, 2]) {
        const answer = await calls.postJson('/2/media/upload/initialize', { ...VIDEO, total_bytes: size })
        statuses[size - 1]?.push(answer.status)
      }
    }
    expect(statuses).toEqual([
      [503, 503, 503, 200],
      [503, 503, 503, 200],
    ])
  })

  it('with `after` never hit FINALIZE, and by default never hit the token endpoint', async () => {
    const effects: FaultEffect[] = [{ kind: 'error', when: 'after' }]
    const calls = createCalls({ random: { seed: 1, rate: 1, effects } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(503)
    expect((await calls.finalize(id)).status).toBe(200)
    expect((await calls.send('POST', '/2/oauth2/token')).status).toBe(401)
  })
})
