import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CHROMIUM, launchBrowser } from '../support/browser.ts'
import { dataOf, randomFile, type TestFile } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { type Program, start } from '../support/processes.ts'

const SIZE = 10 * 1024 * 1024

if (!CHROMIUM) console.log('no Chromium found: the browser tests are skipped')

describe.skipIf(!CHROMIUM)('from a page of another origin in Chromium', () => {
  let emulator: EmulatorProgram
  let server: Program
  let formServer: Program
  let browser: Browser
  let site: Server
  let folder: string
  let page: Page
  let file: TestFile

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    emulator = await startEmulator()
    const env = {
      X_BEARER_TOKEN: 'server-held-token',
      X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
      X_API_BASE_URL: emulator.url,
    }
    server = await start('serve:node', env)
    // A form cannot set headers, so a header that every browser sends names the user.
    formServer = await start('serve:node', { ...env, DEMO_SUBJECT_HEADER: 'user-agent' })
    site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<!doctype html>
        <form method="post" enctype="multipart/form-data" action="${formServer.url}/media">
          <input type="hidden" name="media_category" value="dm_video">
          <input type="file" name="media">
          <button>Upload</button>
        </form>`)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    site?.close()
    await Promise.all([server, formServer, emulator].map((program) => program?.kill()))
    await rm(folder, { recursive: true, force: true })
  })

  let path: string

  beforeEach(async () => {
    const address = site.address()
    if (typeof address !== 'object' || !address) throw new Error('the page is not served')
    file = randomFile(SIZE)
    path = join(folder, `${file.sha256}.mp4`)
    await writeFile(path, file.pieces())
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${address.port}`)
    await page.setInputFiles('input[type=file]', path)
    return () => page.close()
  })

  async function expectReceived(text: string, expected: object = {}): Promise<string> {
    const { id } = dataOf(JSON.parse(text))
    const { size, sha256 } = file
    const received = await emulator.upload(id)
    expect(received).toMatchObject({ finalized: true, size, sha256, media_type: 'video/mp4', ...expected })
    expect(await emulator.violations()).toEqual([])
    return id
  }

  it('submits a form, and shows the response', async () => {
    const [response] = await Promise.all([page.waitForResponse(`${formServer.url}/media`), page.click('button')])
    const text = (await page.locator('pre').textContent()) ?? ''
    expect(response.status(), text).toBe(201)
    await expectReceived(text, { media_category: 'dm_video' })
  })

  it.each([
    ['FormData', true],
    ['the file itself', false],
  ])('sends %s with XMLHttpRequest, reports progress, and reads Location', async (_, asForm) => {
    const answer = await upload(page, `${server.url}/media`, asForm)
    expect(answer.status, answer.text).toBe(201)
    const id = await expectReceived(answer.text)
    expect(answer.location).toMatch(new RegExp(`^/media/status/${id}\\?ticket=[\\w.-]+$`))
    const last = answer.progress.at(-1)
    expect(last?.loaded).toBe(last?.total)
    // A form has a few bytes around the file.
    if (asForm) expect(last?.total).toBeGreaterThan(SIZE)
    else expect(last?.total).toBe(SIZE)
  })
})

interface PageAnswer {
  status: number
  text: string
  location: string | null
  progress: { loaded: number; total: number }[]
}

/** Sends the file that is chosen in the page. */
function upload(page: Page, url: string, asForm: boolean): Promise<PageAnswer> {
  const inPage = (target: { url: string; asForm: boolean }) =>
    new Promise<PageAnswer>((resolve, reject) => {
      const file = document.querySelector<HTMLInputElement>('input[type=file]')?.files?.[0]
      if (!file) throw new Error('no file was chosen')
      const form = new FormData()
      form.append('media', file)
      const progress: PageAnswer['progress'] = []
      const xhr = new XMLHttpRequest()
      xhr.open('POST', target.url)
      xhr.setRequestHeader('x-demo-user', 'u1')
      xhr.upload.onprogress = ({ loaded, total }) => progress.push({ loaded, total })
      xhr.onerror = () => reject(new Error('the request failed'))
      xhr.onload = () => {
        const location = xhr.getResponseHeader('location')
        resolve({ status: xhr.status, text: xhr.responseText, location, progress })
      }
      xhr.send(target.asForm ? form : file)
    })
  return page.evaluate(inPage, { url, asForm })
}
