import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createExpiryQueue } from '../../../src/lib/expiry-queue.ts'

it('takes what has expired, the earliest first, and no more than asked for', () => {
  const queue = createExpiryQueue<string>()
  for (const [item, expiresAt] of Object.entries({ d: 40, b: 20, a: 10, c: 30 })) queue.set(item, expiresAt)
  expect(queue.take(9, 10)).toEqual([])
  expect(queue.take(30, 2)).toEqual(['a', 'b'])
  expect(queue.take(30, 2)).toEqual(['c'])
  expect(queue.take(30, 2)).toEqual([])
  expect(queue.take(40, 2)).toEqual(['d'])
})

it('does the same as a sorted list, whatever is added, moved and removed', () => {
  const item = fc.integer({ min: 0, max: 40 })
  const time = fc.integer({ min: 0, max: 30 })
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set'), item, time }),
    fc.record({ kind: fc.constant('delete'), item, time }),
    fc.record({ kind: fc.constant('take'), item, time }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createExpiryQueue<number>()
      const times = new Map<number, number>()
      for (const { kind, item, time } of steps) {
        if (kind === 'set') {
          queue.set(item, time)
          times.set(item, time)
        } else if (kind === 'delete') {
          queue.delete(item)
          times.delete(item)
        } else {
          const expected = [...times.values()].filter((expiresAt) => expiresAt <= time).toSorted((a, b) => a - b)
          const taken = queue.take(time, 3)
          expect(taken.map((found) => times.get(found))).toEqual(expected.slice(0, 3))
          for (const found of taken) times.delete(found)
        }
      }
      const rest = queue.take(Infinity, Infinity)
      expect(rest.toSorted()).toEqual([...times.keys()].toSorted())
    }),
  )
})
