import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Hono } from 'hono'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { xMedia } from '../../src/index.ts'
import { base, emulator } from '../support/app.ts'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { shortMovie, textFile } from '../support/compose-page.ts'

if (!CHROMIUM) console.log('no Chromium found: the tests of the React hook are skipped')

describe.skipIf(!CHROMIUM)('useUploadMedia', () => {
  let server: RunningServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../support/react-page.ts', import.meta.url))],
      alias: { react: 'hono/jsx/dom' },
      bundle: true,
      write: false,
      format: 'esm',
    })
    const script = outputFiles[0]?.text ?? ''
    const app = new Hono()
      .route('/media', xMedia(base))
      .get('/page.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }))
      .get('/', (c) => c.html('<!doctype html><body><script type="module" src="/page.js"></script></body>'))
    server = await serve(app, { port: 0 })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  beforeEach(async () => {
    page = await browser.newPage()
    await page.goto(server.url)
  })
  afterEach(() => page.close())

  it('shows an upload until X can use the media, which can be described meanwhile', async () => {
    await page.locator('input').setInputFiles(shortMovie())
    await page.getByText('processing').waitFor()
    await page.getByText('Describe').click()
    const [{ id = '' } = {}] = emulator.uploads()
    await expect.poll(() => emulator.upload(id)).toMatchObject({ alt_text: 'A cat' })
    emulator.advance(10)
    await page.getByText(id).waitFor()
  })

  it('shows why an upload has failed, and takes another file then', async () => {
    await page.locator('input').setInputFiles(textFile('a.png', 'image/png'))
    await page.getByText('signature_mismatch').waitFor()
    await page.locator('input').setInputFiles(shortMovie())
    await page.getByText('processing').waitFor()
  })

  it('ends the upload with its component', async () => {
    await page.locator('input').setInputFiles(shortMovie())
    await page.getByText('processing').waitFor()
    const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/status/'))
    await page.getByText('Close').click()
    await ended
    await page.locator('output').waitFor({ state: 'detached' })
  })
})
