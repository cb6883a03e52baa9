import { createServer, type Server } from 'node:http'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type * as browserClient from '../../src/browser/index.ts'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { randomFile, type TestFile } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { type Program, start } from '../support/processes.ts'

declare global {
  interface Window {
    client: typeof browserClient
    options: browserClient.UploadMediaOptions
    upload: browserClient.MediaUpload
  }
}

if (!CHROMIUM) console.log('no Chromium found: the tests of the client in a page are skipped')

describe.skipIf(!CHROMIUM)('the client in a page of another origin in Chromium', () => {
  let emulator: EmulatorProgram
  let server: Program
  let site: Server
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let file: TestFile

  beforeAll(async () => {
    emulator = await startEmulator()
    server = await start('serve:node', {
      X_BEARER_TOKEN: 'server-held-token',
      X_MEDIA_SECRET: 's'.repeat(32),
      X_API_BASE_URL: emulator.url,
    })
    const { outputFiles } = await build({
      entryPoints: [new URL('../../src/browser/index.ts', import.meta.url).pathname],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'client',
      footer: { js: `var options = { endpoint: '${server.url}/media', headers: { 'x-demo-user': 'u1' } }` },
    })
    site = createServer(({ url }, response) => {
      const isScript = url === '/client.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(
        isScript ? outputFiles[0]?.text : '<!doctype html><input type="file"><script src="client.js"></script>',
      )
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    site?.close()
    await Promise.all([server, emulator].map((program) => program?.kill()))
  })
  beforeEach(async () => {
    const address = site.address()
    if (typeof address !== 'object' || !address) throw new Error('the page is not served')
    context = await browser.newContext()
    page = await context.newPage()
    await page.goto(`http://127.0.0.1:${address.port}`)
    file = randomFile(6 * 1024 * 1024)
    const buffer = Buffer.concat([...file.pieces()])
    await page.setInputFiles('input', { name: 'dance.mp4', mimeType: 'video/mp4', buffer })
  })
  afterEach(async () => {
    await context.close()
    expect(await emulator.violations()).toEqual([])
  })

  /** Begins to upload the chosen file, and pauses when X has acknowledged a part of it. */
  const beginAndPause = () =>
    page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const [file] = document.querySelector('input')?.files ?? []
          if (!file) throw new Error('no file was chosen')
          let hasPaused = false
          window.upload = window.client.uploadMedia(file, {
            ...window.options,
            onProgress({ acknowledgedBytes }) {
              if (acknowledgedBytes === 0 || hasPaused) return
              hasPaused = true
              window.upload.pause()
              resolve()
            },
          })
        }),
    )

  async function expectReceived(id: string): Promise<void> {
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, size: file.size, sha256: file.sha256 })
  }

  it('continues after a reload with the file from IndexedDB, and leaves nothing there', async () => {
    await beginAndPause()
    await page.reload()
    const { id, left } = await page.evaluate(async () => {
      const [found] = await window.client.interruptedUploads(window.options)
      if (!found || found.needsFile) throw new Error('the upload was not kept')
      const { id } = await found.resume()
      return { id, left: await window.client.interruptedUploads(window.options) }
    })
    await expectReceived(id)
    expect(left).toEqual([])
  })

  it('keeps the bytes of a file where the browser stores no blobs', async () => {
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype
      IDBObjectStore.prototype.put = function (value, key) {
        if (value instanceof Blob) throw new DOMException('', 'UnknownError')
        return put.call(this, value, key)
      }
    })
    await beginAndPause()
    await page.reload()
    const kept = await page.evaluate(async () => {
      const [found] = await window.client.interruptedUploads(window.options)
      const file = await found?.file()
      const { id } = (await found?.resume()) ?? { id: '' }
      return { id, type: file?.type, name: file instanceof File && file.name }
    })
    expect(kept).toMatchObject({ name: 'dance.mp4', type: 'video/mp4' })
    await expectReceived(kept.id)
  })

  it('waits while the browser is offline, and continues by itself', async () => {
    await beginAndPause()
    await context.setOffline(true)
    const interruption = await page.evaluate(async () => {
      window.upload.resume()
      while (!window.upload.progress.interruption) await new Promise(requestAnimationFrame)
      return { onLine: navigator.onLine, code: window.upload.progress.interruption.code }
    })
    expect(interruption).toEqual({ onLine: false, code: 'connection_lost' })
    await context.setOffline(false)
    await expectReceived(await page.evaluate(async () => (await window.upload).id))
  })

  it('follows processing by events, and tells the percents', async () => {
    const percents = await page.evaluate(async () => {
      const [file] = document.querySelector('input')?.files ?? []
      if (!file) throw new Error('no file was chosen')
      const seen: number[] = []
      await window.client.uploadMedia(file, {
        ...window.options,
        onProgress: ({ processingPercent }) => processingPercent !== undefined && seen.push(processingPercent),
      })
      const events = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/status/'))
      return { seen, requests: events.length }
    })
    expect(percents.seen.length).toBeGreaterThan(0)
    expect(percents.requests).toBe(1)
  })

  it('works in a worker', async () => {
    const { id, state } = await page.evaluate(
      () =>
        new Promise<{ id: string; state: string }>((resolve, reject) => {
          const [file] = document.querySelector('input')?.files ?? []
          const script = `importScripts('${location.origin}/client.js')
            onmessage = async ({ data }) => {
              const upload = client.uploadMedia(data, options)
              upload.then(({ id }) => postMessage({ id, state: upload.state }), (error) => postMessage({ id: error.code }))
            }`
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })))
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(message))
          worker.postMessage(file)
        }),
    )
    expect(state, id).toBe('done')
    await expectReceived(id)
  })
})
