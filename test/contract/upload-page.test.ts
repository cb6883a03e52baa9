import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { randomFile, type TestFile } from '../support/client.ts'
import { controlEmulator, type EmulatorControl } from '../support/emulator.ts'
import { type Line, openLine } from '../support/line.ts'
import { dance, drawPicture, rememberedFiles } from '../support/page-media.ts'
import { loadSharp, makePhonePhoto } from '../support/photos.ts'
import { type Program, start } from '../support/processes.ts'

const MIB = 1024 * 1024
const SIZE = 6 * MIB
/** A connection slow enough to interrupt an upload; bytes per second. */
const SLOW = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4 * MIB }
/** The picture in the README. The test takes it when the file is missing. */
const SCREENSHOT = fileURLToPath(new URL('../../examples/browser/screenshot.png', import.meta.url))

const sharp = await loadSharp()
if (typeof sharp === 'string') console.log(`sharp does not load: its test is skipped (${sharp})`)
if (!CHROMIUM) console.log('no Chromium found: the tests of the upload page are skipped')

describe.skipIf(!CHROMIUM)('the upload page', () => {
  let demo: Program
  let emulator: EmulatorControl
  let line: Line
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let network: CDPSession

  beforeAll(async () => {
    demo = await start('start', {
      EMULATOR_OPTIONS: JSON.stringify({ processing: { pendingSecs: 0, inProgressSecs: 2 } }),
    })
    emulator = controlEmulator(/^X is emulated at (\S+)$/m.exec(demo.output())?.[1] ?? '')
    line = await openLine(demo.url)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    line?.close()
    await demo?.kill()
  })
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 600 } })
    page = await context.newPage()
    network = await context.newCDPSession(page)
    await page.goto(line.url)
  })
  afterEach(async () => {
    await context.close()
    expect(await emulator.violations()).toEqual([])
  })

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  async function choose(...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    await page.locator('input[type=file]').first().setInputFiles(files)
  }

  /** How many uploads X has. */
  const known = async () => (await emulator.uploads()).length

  /** Chooses a large file, sends it over a slow line, and waits until a part of it has been sent. */
  async function beginLarge(): Promise<TestFile> {
    const file = randomFile(SIZE)
    await network.send('Network.emulateNetworkConditions', SLOW)
    await choose({ name: 'large.mp4', mimeType: 'video/mp4', buffer: Buffer.concat([...file.pieces()]) })
    await press('Upload 1 file')
    await page.waitForFunction(() =>
      /Uploading: [2-9]\d%/.test(document.querySelector('.uppy-StatusBar')?.textContent ?? ''),
    )
    return file
  }

  /** Waits until X has processed a file, and resolves to its id. */
  async function processed(name: string): Promise<string> {
    const item = page.locator('li[data-media-id]').filter({ hasText: name })
    return (await item.getAttribute('data-media-id')) ?? ''
  }

  async function expectReceived({ size, sha256 }: TestFile): Promise<void> {
    expect(await emulator.upload(await processed('large.mp4'))).toMatchObject({ finalized: true, size, sha256 })
  }

  it('sends a picture and a video, follows their processing, and plays what X has', async () => {
    await choose(await drawPicture(page, 'sunset.png'), dance)
    await press('Edit file sunset.png')
    await page.getByLabel('Alternative text').fill('The sun in the evening')
    await press('Save changes')
    await press('Upload 2 files')
    await page.getByText(/[3-9]\d% · X is processing dance.webm/).waitFor()
    const picture = await processed('sunset.png')
    expect(await emulator.upload(picture)).toMatchObject({ alt_text: 'The sun in the evening' })
    expect(await page.getByAltText('The sun in the evening').evaluate((img: HTMLImageElement) => img.decode())).toBe(
      undefined,
    )
    if (!existsSync(SCREENSHOT)) await page.screenshot({ path: SCREENSHOT, fullPage: true })
    await processed('dance.webm')
    const end = await page.locator('li video').evaluate(async (video: HTMLVideoElement) => {
      const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
      await video.play()
      await ended
      return { seconds: video.currentTime, width: video.videoWidth }
    })
    expect(end.width).toBe(640)
    expect(end.seconds).toBeGreaterThan(0)
  })

  it.skipIf(typeof sharp === 'string')('sends a photo of 9 MB, which the server makes smaller', async () => {
    if (typeof sharp === 'string') return
    await choose({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await makePhonePhoto(sharp) })
    await press('Upload 1 file')
    const upload = await emulator.upload(await processed('photo.jpg'))
    expect(upload).toMatchObject({ finalized: true, media_type: 'image/jpeg' })
    expect(upload.size).toBeLessThanOrEqual(5 * MIB)
  })

  it('sends a video in chunks of the size that the server states', async () => {
    await page.route('**/media/files', async (route) => {
      if (route.request().method() !== 'OPTIONS') return route.fallback()
      await route.fulfill({ status: 204, headers: { 'upload-limit': 'max-size=5000000000, max-append-size=4000000' } })
    })
    const offsets: number[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
    })
    const file = randomFile(SIZE - 1)
    await choose({ name: 'large.mp4', mimeType: 'video/mp4', buffer: Buffer.concat([...file.pieces()]) })
    await press('Upload 1 file')
    await expectReceived(file)
    expect(offsets).toEqual([0, 4_000_000])
  })

  it('pauses an upload, and continues where it stopped', async () => {
    const file = await beginLarge()
    const before = await known()
    await press('Pause')
    await page.getByText('Upload paused').waitFor()
    expect((await emulator.uploads()).find(({ total_bytes: bytes }) => bytes === SIZE)?.finalized).toBe(false)
    await press('Resume')
    await expectReceived(file)
    expect(await known()).toBe(before)
  })

  it('continues an upload after a reload', async () => {
    const file = await beginLarge()
    await page.reload()
    await page.getByText('Session restored').waitFor()
    const asked = page.waitForResponse((response) => response.request().method() === 'HEAD')
    const [answer] = await Promise.all([asked, press('Upload 1 file')])
    expect(Number(answer.headers()['upload-offset'])).toBeGreaterThan(0)
    await expectReceived(file)
  })

  it('continues by itself when the network is back', async () => {
    const file = await beginLarge()
    const before = await known()
    await network.send('Network.emulateNetworkConditions', { ...SLOW, offline: true })
    // Chromium does not interrupt requests that are in flight.
    line.cut()
    await page.getByText('No internet connection').first().waitFor()
    await network.send('Network.emulateNetworkConditions', SLOW)
    await expectReceived(file)
    expect(await known()).toBe(before)
  })

  it('refuses an unsupported type, and shows why the server refuses a file of another type than declared', async () => {
    await choose({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('Hello') })
    await page.getByText('You can only upload').first().waitFor()
    await choose({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('Hello') })
    await press('Upload 1 file')
    await page.getByText('a.png: This is text, and neither SRT nor WebVTT subtitles').first().waitFor()
  })

  it('shows that X could not process a file, and sends it again on a retry', async () => {
    await emulator.setFaults([{ step: 'finalize', kind: 'processing_failed' }])
    await choose(dance)
    await press('Upload 1 file')
    await page.getByText('X could not process it').first().waitFor()
    await page.getByText('Upload failed').first().waitFor()
    const before = await known()
    await press('Retry upload')
    await processed('dance.webm')
    expect(await known()).toBe(before + 1)
  })

  it('follows the processing after a reload', async () => {
    await choose(dance)
    await press('Upload 1 file')
    await page.getByText('X is processing dance.webm').waitFor()
    const before = await known()
    // The page saves its state twice a second.
    await expect.poll(() => page.evaluate(rememberedFiles)).toContain('/media/status/')
    await page.reload()
    await processed('dance.webm')
    expect(await known()).toBe(before)
  })

  it('shows that X refused the alternative text, and accepts another one for the same file', async () => {
    await emulator.setFaults([{ step: 'metadata', kind: 'error', status: 403 }])
    const picture = await drawPicture(page, 'sunset.png')
    const describe = async (text: string) => {
      await choose(picture)
      await press('Edit file sunset.png')
      await page.getByLabel('Alternative text').fill(text)
      await press('Save changes')
      await press('Upload 1 file')
      return await processed('sunset.png')
    }
    await describe('Morning')
    await page.getByText('The alternative text was not set').first().waitFor()
    await press('Remove file')
    await page.locator('li[data-media-id]').evaluate((item) => item.remove())
    expect(await emulator.upload(await describe('Evening'))).toMatchObject({ alt_text: 'Evening' })
  })

  it('links to a plain page that needs no library', async () => {
    await page.getByRole('link', { name: 'plain page' }).click()
    await page.getByLabel('File').setInputFiles(await drawPicture(page, 'sunset.png'))
    await page.getByLabel('Alternative text').fill('Evening')
    await press('Upload')
    await page.getByText('expires_after_secs').waitFor()
    const { id } = JSON.parse((await page.locator('output').textContent()) ?? '')
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'Evening' })
    await emulator.setFaults([{ step: 'metadata', kind: 'error', status: 403 }])
    await press('Upload')
    await page.getByText('The alternative text was not set').waitFor()
  })
})
