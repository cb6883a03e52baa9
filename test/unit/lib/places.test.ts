import { expect, it } from 'vitest'
import { createPlaces } from '../../../src/lib/places.ts'

it('counts places by kind and by subject', () => {
  const places = createPlaces()
  const leave = places.take('uploads', 'u1')
  places.take('uploads', 'u2')
  places.take('listeners', 'u1')
  expect(places.counts()).toEqual({ uploads: 2, listeners: 1, leases: 0 })
  expect([places.takenBy('uploads', 'u1'), places.takenBy('leases', 'u1')]).toEqual([1, 0])
  leave()
  expect(places.counts()).toMatchObject({ uploads: 1, listeners: 1 })
  expect(places.takenBy('uploads', 'u1')).toBe(0)
})

it('gives a place back once, however often that is asked for', () => {
  const places = createPlaces()
  const leave = places.take('uploads', 'u1')
  places.take('uploads', 'u1')
  leave()
  leave()
  expect(places.takenBy('uploads', 'u1')).toBe(1)
})
