import { expect } from 'vitest'
import type { Counters } from '../../src/instance.ts'

/** The counters of an instance without requests in progress. */
export const NOTHING_HELD: Counters = { uploads: 0, listeners: 0, leases: 0, memoryBytes: 0 }

/** Waits until the requests of an example server hold nothing. What one never gives back fails the test. */
export async function expectNothingHeld(url: string): Promise<void> {
  const counters = async (): Promise<unknown> => (await fetch(`${url}/counters`)).json()
  await expect.poll(counters, { interval: 20 }).toEqual(NOTHING_HELD)
}
