import { Buffer } from 'node:buffer'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchBrowser } from './browser.ts'
import type { TestFile } from './client.ts'
import { type Demo, largeVideo, SLOW_BYTES_PER_SEC, startDemo } from './demo.ts'
import type { EmulatorControl } from './emulator.ts'
import type { Line } from './line.ts'
import { readMediaFixture } from './media-fixtures.ts'
import type { PageFile } from './page-media.ts'

/** A video on the disk. */
export interface LargeVideo extends TestFile {
  path: string
}

/** The compose box of `npm start`, in a new browser context for each test. */
export interface ComposePage {
  readonly page: Page
  readonly context: BrowserContext
  readonly emulator: EmulatorControl
  readonly line: Line
  /** The requests of a test to other servers. */
  readonly foreign: string[]
  /** Opens the page with more options in the tests of this `describe`. */
  use(options: BrowserContextOptions): void
  choose(...files: PageFile[]): Promise<void>
  /** Drags a file over the page, drops or pastes it. */
  give(type: 'dragover' | 'drop' | 'paste', file: PageFile): Promise<void>
  press(name: string): Promise<void>
  /** Waits until so many files are ready. */
  ready(count?: number): Promise<void>
  /** Posts, and resolves to the ids of the media. */
  post(): Promise<string[]>
  /** Sends a large video over a slow line, and resolves when X has a part of it. */
  beginLarge(): Promise<LargeVideo>
  /** Expects the only video to be at X whole, posts it, and expects that it took one upload. */
  expectLarge(file: TestFile): Promise<void>
  goOffline(): Promise<void>
  goOnline(): Promise<void>
}

/** Starts everything once for a file of tests, and opens the page before each one. */
export function openComposePage(options: BrowserContextOptions = {}): ComposePage {
  let demo: Demo
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let foreign: string[]
  let uploadsBefore: number
  let folder: string
  let more: BrowserContextOptions = {}

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    demo = await startDemo()
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await demo.emulator.setFaults([])
    demo.line.slowTo(Number.POSITIVE_INFINITY)
    uploadsBefore = (await demo.emulator.uploads()).length
    context = await browser.newContext({ viewport: { width: 1100, height: 1400 }, ...options, ...more })
    page = await context.newPage()
    foreign = []
    page.on('request', (request) => {
      if (!demo.owns(request.url()) && !request.isNavigationRequest()) foreign.push(request.url())
    })
    await page.goto(demo.line.url)
  })
  afterEach(async () => {
    await context.close()
    expect(await demo.emulator.violations()).toEqual([])
    expect(foreign).toEqual([])
  })

  const opened: ComposePage = {
    get page() {
      return page
    },
    get context() {
      return context
    },
    get emulator() {
      return demo.emulator
    },
    get line() {
      return demo.line
    },
    get foreign() {
      return foreign
    },
    use(given) {
      beforeAll(() => {
        more = given
      })
      afterAll(() => {
        more = {}
      })
    },
    choose: (...files) => page.locator('#files').setInputFiles(files),
    async give(type, { name, mimeType, buffer }) {
      await page.evaluate(giveFile, [type, name, mimeType, buffer.toString('base64')] as const)
    },
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    async ready(count = 1) {
      await page
        .locator('.attachment[data-stage="ready"]')
        .nth(count - 1)
        .waitFor()
    },
    async post() {
      const asked = page.waitForRequest('**/posts')
      const [request] = await Promise.all([asked, opened.press('Post')])
      await page.locator('#attachments:empty').waitFor({ state: 'attached' })
      return request.postDataJSON().mediaIds
    },
    async beginLarge() {
      const file = largeVideo()
      demo.line.slowTo(SLOW_BYTES_PER_SEC)
      const path = join(folder, 'large.mp4')
      await writeFile(path, file.pieces())
      await page.locator('#files').setInputFiles(path)
      await page.getByText(/X has [1-5]\.\d MB of 6.3 MB/).waitFor()
      return { ...file, path }
    },
    async expectLarge({ size, sha256 }) {
      demo.line.slowTo(Number.POSITIVE_INFINITY)
      await opened.ready()
      const [id = ''] = await opened.post()
      expect(await demo.emulator.upload(id)).toMatchObject({ finalized: true, size, sha256 })
      expect(await demo.emulator.uploads()).toHaveLength(uploadsBefore + 1)
    },
    async goOffline() {
      await context.setOffline(true)
      // The browser does not interrupt requests that are in flight.
      demo.line.cut()
    },
    goOnline: () => context.setOffline(false),
  }
  return opened
}

/** Runs in the page. */
function giveFile([type, name, mimeType, base64]: readonly [string, string, string, string]): void {
  const data = new DataTransfer()
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  data.items.add(new File([bytes], name, { type: mimeType }))
  const init = { bubbles: true, cancelable: true }
  const event =
    type === 'paste'
      ? new ClipboardEvent(type, { ...init, clipboardData: data })
      : new DragEvent(type, { ...init, dataTransfer: data })
  document.querySelector('#text')?.dispatchEvent(event)
}

/** A short video that browsers play and X takes. */
export function shortMovie(): PageFile {
  return { name: 'dance.mp4', mimeType: 'video/mp4', buffer: Buffer.from(readMediaFixture('clip.mp4')) }
}

/** A file of text with another name and type. */
export function textFile(name: string, mimeType: string): PageFile {
  return { name, mimeType, buffer: Buffer.from('Hello') }
}
