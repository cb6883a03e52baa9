import { utimes } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../support/docs.ts'
import { type Program, start } from '../support/processes.ts'

let server: Program

beforeAll(async () => {
  server = await start('dev')
})
afterAll(() => server?.kill())

/** The URLs of the server, of each start another one: port 0 is any free one. */
const urls = () => [...server.output().matchAll(/^listening on (\S+)$/gm)].map(([, url = '']) => url)

it('npm run dev serves the page, and restarts when a file of the page changes', async () => {
  const script = await (await fetch(`${server.url}/page.js`)).text()
  expect(script).toContain("new EventSource('/restarts')")
  const restarts = await fetch(`${server.url}/restarts`)
  expect(restarts.headers.get('content-type')).toBe('text/event-stream')
  const cut = expect(restarts.text()).rejects.toThrow('terminated')

  const now = new Date()
  await utimes(`${root}examples/browser/page.css`, now, now)
  await cut
  await expect.poll(() => urls().length).toBe(2)
  expect(await (await fetch(`${urls()[1]}/page.js`)).text()).toBe(script)
})
