import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('../../examples/browser/', import.meta.url)

it('the compose box leaves uploads to hono-x-media/browser: no requests of its own to the upload routes', () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const sources = names.map((name) => readFileSync(new URL(name, folder), 'utf8'))
  expect(sources.some((source) => source.includes('src/browser/index.ts'))).toBe(true)
  for (const source of sources) expect(source).not.toMatch(/fetch\(\W?\/media|XMLHttpRequest|EventSource|\btus\b/i)
})
