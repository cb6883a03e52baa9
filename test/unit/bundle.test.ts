import { expect, it } from 'vitest'
import { bundleSize } from '../support/bundle.ts'

it.each([
  ['src/index.ts', 88_500],
  ['adapters/cloudflare.ts', 1250],
])('a Worker with %s pays at most %i bytes, minified and gzipped', async (entry, ceiling) => {
  const { gzipped } = await bundleSize(entry)
  expect(gzipped).toBeLessThanOrEqual(ceiling)
  // Otherwise a bundle of nothing would pass, and a ceiling that nobody lowers.
  expect(gzipped).toBeGreaterThan(ceiling / 2)
})
