import { expect, it } from 'vitest'
import { bundledFiles, bundleSize } from '../support/bundle.ts'

it.each([
  // Forms with several photos have cost 2.7 KB of this, the option `media` 1.2 KB, the limits of hosts 1.1 KB, texts and
  // subtitles after the upload 1.1 KB, what the log and events tell of errors 1 KB, drains 0.1 KB, uploads that wait in line for
  // memory 0.8 KB, reads that gather many chunks 0.3 KB, and bodies without copies on Deno 0.2 KB. The part of `media` is below,
  // with zod, which is in both.
  ['src/index.ts', 99_800],
  ['src/media/index.ts', 38_100],
  ['adapters/cloudflare.ts', 1400],
  ['src/oauth/index.ts', 35_200],
])('a Worker with %s pays at most %i bytes, minified and gzipped', async (entry, ceiling) => {
  const { gzipped } = await bundleSize(entry)
  expect(gzipped).toBeLessThanOrEqual(ceiling)
  // Otherwise a bundle of nothing would pass, and a ceiling that nobody lowers.
  expect(gzipped).toBeGreaterThan(ceiling / 2)
})

it('a page with src/browser/index.ts pays at most 8 KB, minified and gzipped, and loads nothing else of the package', async () => {
  const { gzipped } = await bundleSize('src/browser/index.ts')
  console.log(`src/browser/index.ts: ${gzipped.toLocaleString('en')} bytes, minified and gzipped`)
  expect(gzipped).toBeLessThanOrEqual(8000)
  const others = (await bundledFiles('src/browser/index.ts')).filter((path) => !path.startsWith('src/browser/'))
  expect(others).toEqual(['src/lib/is-record.ts'])
})
