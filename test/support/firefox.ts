import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import puppeteer, { type Browser, type BrowserContext, type ElementHandle, type Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { findProgram, type TestFile } from './client.ts'
import { type Demo, largeVideo, SLOW_BYTES_PER_SEC, startDemo } from './demo.ts'
import type { PageFile } from './page-media.ts'

/** The Firefox of this machine, if there is one. The tests never download it. */
export const FIREFOX: string | undefined = process.env['FIREFOX_PATH'] || findProgram('firefox-esr', 'firefox')

/**
 * The compose box in Firefox, in a new browser context for each test. Puppeteer drives it: Playwright's own WebDriver BiDi
 * needs a command that Firefox 153 does not have.
 */
export interface FirefoxPage {
  readonly page: Page
  readonly demo: Demo
  /** Waits for the control with this accessible name. */
  control(name: string): Promise<ElementHandle>
  press(name: string): Promise<void>
  fill(name: string, text: string): Promise<void>
  /** Waits until the page shows a text. */
  shows(text: string | RegExp): Promise<void>
  /** Writes the files to the disk, where Firefox reads them. */
  onDisk(...files: PageFile[]): Promise<string[]>
  choose(...files: PageFile[]): Promise<void>
  /** Waits until so many files are ready. */
  ready(count?: number): Promise<void>
  /** Resolves to the ids of the media in the post, when the page shows it. */
  posted(): Promise<string[]>
  /** Posts, and resolves to the ids of the media. */
  post(): Promise<string[]>
  /** Sends a large video over a slow line, and resolves when X has a part of it. */
  beginLarge(): Promise<TestFile>
  /** Expects the only video to be at X whole, posts it, and expects that it took one upload. */
  expectLarge(file: TestFile): Promise<void>
}

/** Starts everything once for a file of tests, and opens the page before each one. */
export function openFirefoxPage(): FirefoxPage {
  let demo: Demo
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let folder: string
  let uploadsBefore: number
  let foreign: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    demo = await startDemo()
    browser = await puppeteer.launch({ browser: 'firefox', ...(FIREFOX ? { executablePath: FIREFOX } : {}) })
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    demo.line.slowTo(Number.POSITIVE_INFINITY)
    uploadsBefore = (await demo.emulator.uploads()).length
    context = await browser.createBrowserContext()
    page = await context.newPage()
    foreign = []
    page.on('request', (request) => {
      if (!demo.owns(request.url()) && !request.isNavigationRequest()) foreign.push(request.url())
    })
    await page.setViewport({ width: 1100, height: 1400 })
    await page.goto(demo.line.url)
  })
  afterEach(async () => {
    await context.close()
    expect(await demo.emulator.violations()).toEqual([])
    expect(foreign).toEqual([])
  })

  const opened: FirefoxPage = {
    get page() {
      return page
    },
    get demo() {
      return demo
    },
    async control(name) {
      const found = await page.waitForSelector(`::-p-aria(${name})`)
      if (!found) throw new Error(`The page has no control ${name}.`)
      return found
    },
    async press(name) {
      await (await opened.control(name)).click()
    },
    async fill(name, text) {
      await (await opened.control(name)).type(text)
    },
    async shows(text) {
      const { source } = typeof text === 'string' ? { source: text.replaceAll(/[.?()]/g, '\\$&') } : text
      await page.waitForFunction(isShown, {}, source)
    },
    async onDisk(...files) {
      const paths = files.map(({ name }) => join(folder, name))
      await Promise.all(files.map(({ buffer }, index) => writeFile(paths[index] ?? '', buffer)))
      return paths
    },
    async choose(...files) {
      const input = await page.$('input#files')
      await input?.uploadFile(...(await opened.onDisk(...files)))
    },
    async ready(count = 1) {
      await page.waitForFunction(
        (wanted) => document.querySelectorAll('.attachment[data-stage="ready"]').length === wanted,
        {},
        count,
      )
    },
    async posted() {
      const post = await page.waitForSelector('article')
      const sources = await post?.$$eval('img, video', (shown) => shown.map((media) => media.getAttribute('src') ?? ''))
      return sources?.map((source) => source.replace('/x/', '')) ?? []
    },
    async post() {
      await opened.press('Post')
      return await opened.posted()
    },
    async beginLarge() {
      const file = largeVideo()
      demo.line.slowTo(SLOW_BYTES_PER_SEC)
      const path = join(folder, 'large.mp4')
      await writeFile(path, file.pieces())
      const input = await page.$('input#files')
      await input?.uploadFile(path)
      await opened.shows(/X has [1-5]\.\d MB of 6.3 MB/)
      return file
    },
    async expectLarge({ size, sha256 }) {
      demo.line.slowTo(Number.POSITIVE_INFINITY)
      await opened.ready()
      const [id = ''] = await opened.post()
      expect(await demo.emulator.upload(id)).toMatchObject({ finalized: true, size, sha256 })
      expect(await demo.emulator.uploads()).toHaveLength(uploadsBefore + 1)
    },
  }
  return opened
}

/** Runs in the page. Whether it shows an element with a text that the pattern matches. */
function isShown(pattern: string): boolean {
  const expression = new RegExp(pattern)
  const has = ({ textContent }: Element) => expression.test(textContent)
  return [...document.body.querySelectorAll('*')]
    .filter((element) => has(element) && ![...element.children].some(has))
    .some((innermost) => innermost.checkVisibility())
}
