import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { TestFile } from './client.ts'
import { type Demo, largeVideo, SLOW_BYTES_PER_SEC, startDemo } from './demo.ts'
import type { DrivenBrowser, DrivenPage } from './driven-page.ts'
import type { PageFile } from './page-media.ts'

/** The compose box of `npm start` in any browser, with an empty storage for each test. */
export interface ComposeBox<Page extends DrivenPage> {
  readonly page: Page
  readonly demo: Demo
  press(name: string): Promise<void>
  fill(name: string, text: string): Promise<void>
  /** Waits until the page shows a text. */
  shows(text: string | RegExp): Promise<void>
  /** Writes the files to the disk, where the browser reads them. */
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
export function openComposeBox<Page extends DrivenPage>(
  launch: (demo: Demo) => Promise<DrivenBrowser<Page>>,
): ComposeBox<Page> {
  let demo: Demo
  let browser: DrivenBrowser<Page>
  let page: Page
  let folder: string
  let uploadsBefore: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    demo = await startDemo()
    browser = await launch(demo)
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    demo.line.slowTo(Number.POSITIVE_INFINITY)
    uploadsBefore = (await demo.emulator.uploads()).length
    page = await browser.openPage()
    await page.goto(demo.line.url)
  })
  afterEach(async () => {
    await page.close()
    expect(await demo.emulator.violations()).toEqual([])
  })

  const opened: ComposeBox<Page> = {
    get page() {
      return page
    },
    get demo() {
      return demo
    },
    async press(name) {
      await (await page.control(name)).click()
    },
    async fill(name, text) {
      await (await page.control(name)).type(text)
    },
    async shows(text) {
      const { source } = typeof text === 'string' ? { source: text.replaceAll(/[.?()]/g, '\\$&') } : text
      await expect.poll(() => page.evaluate(isShown, source), { message: `the page shows ${text}` }).toBe(true)
    },
    async onDisk(...files) {
      const paths = files.map(({ name }) => join(folder, name))
      await Promise.all(files.map(({ buffer }, index) => writeFile(paths[index] ?? '', buffer)))
      return paths
    },
    async choose(...files) {
      await page.setFiles('#files', await opened.onDisk(...files))
    },
    async ready(count = 1) {
      const isReady = () => document.querySelectorAll('.attachment[data-stage="ready"]').length
      await expect.poll(() => page.evaluate(isReady)).toBe(count)
    },
    async posted() {
      await expect.poll(() => page.evaluate(() => document.querySelectorAll('article').length)).toBe(1)
      const sources = await page.evaluate(postedMedia)
      return sources.map((source) => source.replace('/x/', ''))
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
      await page.setFiles('#files', [path])
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

/** Runs in the page. */
function postedMedia(): string[] {
  return [...document.querySelectorAll('article :is(img, video)')].map((media) => media.getAttribute('src') ?? '')
}
