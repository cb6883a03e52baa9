import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { openComposePage, shortMovie } from '../support/compose-page.ts'
import { drawPicture } from '../support/page-media.ts'

/** Runs in the page: what a browser does that is short of space. */
async function loseFiles(): Promise<void> {
  const done = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await done(indexedDB.open('hono-x-media'))
  const stores = database.transaction(['uploads', 'files'], 'readwrite')
  await done(stores.objectStore('files').clear())
  for (const upload of await done(stores.objectStore('uploads').getAll())) {
    await done(stores.objectStore('uploads').put({ ...upload, hasFile: false }))
  }
  database.close()
}

if (!CHROMIUM) console.log('no Chromium found: the tests of interrupted uploads in the page are skipped')

describe.skipIf(!CHROMIUM)('the compose box', () => {
  const compose = openComposePage({ permissions: ['clipboard-read', 'clipboard-write'] })
  const { beginLarge, choose, expectLarge, goOffline, goOnline, post, press, ready } = compose

  it('pauses an upload, and continues where it stopped', async () => {
    const { page } = compose
    const file = await beginLarge()
    await press('Pause large.mp4')
    await page.getByText(/Paused. X has [1-5]\.\d MB/).waitFor()
    await press('Resume large.mp4')
    await expectLarge(file)
  })

  it('posts nothing without a file that is removed or paused while the post waits for it', async () => {
    const { page } = compose
    const problem = page.locator('#problem')
    await page.getByLabel('Your text').fill('Nothing to see')
    await beginLarge()
    await press('Post')
    await press('Pause large.mp4')
    await problem.getByText('Resume large.mp4, or remove it.').waitFor()
    await press('Resume large.mp4')
    await problem.waitFor({ state: 'hidden' })
    await press('Post')
    await press('Remove large.mp4')
    await problem.getByText('Not posted: you removed large.mp4. Press Post to post without it.').waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
    expect(await compose.post()).toEqual([])
  })

  it('continues an upload after a reload, with the text', async () => {
    const { page } = compose
    const file = await beginLarge()
    await page.getByLabel('Your text').fill('What a dance')
    await page.reload()
    expect(await page.getByLabel('Your text').inputValue()).toBe('What a dance')
    await page.locator('.attachment', { hasText: 'large.mp4' }).waitFor()
    await expectLarge(file)
  })

  it('has what is ready after a reload, in the order of the post, with text and descriptions', async () => {
    const { page, emulator } = compose
    await page.getByLabel('Your text').fill('Two evenings')
    await choose(await drawPicture(page, 'a.png'), await drawPicture(page, 'b.png', 30))
    await page.getByLabel('Description of b.png').fill('Dunes')
    await page.getByText('5 of 1,000 · Saved').waitFor()
    await press('Move b.png earlier')
    await ready(2)
    const before = (await emulator.uploads()).length
    await page.reload()
    await ready(2)
    await page.getByText('5 of 1,000 · Saved').waitFor()
    expect(await page.locator('.attachment .name').allTextContents()).toEqual(['b.png', 'a.png'])
    expect(await page.getByLabel('Your text').inputValue()).toBe('Two evenings')
    await page.getByLabel('Description of a.png').fill('Sea')
    await page.getByText('3 of 1,000 · Saved').waitFor()
    const ids = await post()
    expect(await Promise.all(ids.map((id) => emulator.upload(id)))).toMatchObject([
      { alt_text: 'Dunes' },
      { alt_text: 'Sea' },
    ])
    expect(await emulator.uploads()).toHaveLength(before)
    await page.reload()
    await page.getByText('Up to four pictures').waitFor()
    expect(await page.locator('.attachment').count()).toBe(0)
  })

  it('has the files of a post in one tab only', async () => {
    const { page, context, line } = compose
    const names = (tab: Page) => tab.locator('.attachment .name').allTextContents()
    const isReady = (tab: Page) => tab.locator('.attachment[data-stage="ready"]').first().waitFor()
    await choose(await drawPicture(page, 'a.png'))
    await ready()
    const other = await context.newPage()
    await other.goto(line.url)
    await other.locator('#files').setInputFiles(await drawPicture(page, 'b.png', 30))
    await isReady(other)
    expect(await names(other)).toEqual(['b.png'])
    await page.reload()
    await isReady(page)
    expect(await names(page)).toEqual(['a.png'])
    await page.close()
    await other.reload()
    await isReady(other)
    expect(await names(other)).toEqual(['a.png'])
  })

  it('keeps the text of each tab through a reload', async () => {
    const { page, context, line } = compose
    const text = (tab: Page) => tab.getByLabel('Your text')
    const other = await context.newPage()
    await other.goto(line.url)
    await text(other).fill('An evening by the sea')
    await text(page).fill('What a dance')
    await post()
    for (const tab of [page, other]) await tab.reload()
    expect(await text(page).inputValue()).toBe('')
    expect(await text(other).inputValue()).toBe('An evening by the sea')
  })

  it('asks for a file again that the browser did not keep', async () => {
    const { page } = compose
    const file = await beginLarge()
    await page.evaluate(loseFiles)
    await page.reload()
    await page.getByText('Choose this file again to continue').waitFor()
    const again = page.getByLabel('Choose again: large.mp4')
    await again.setInputFiles(shortMovie())
    await page.getByText('This is not the file whose upload was interrupted.').first().waitFor()
    await again.setInputFiles(file.path)
    await expectLarge(file)
  })

  it('continues by itself when the network is back', async () => {
    const { page } = compose
    const file = await beginLarge()
    await goOffline()
    const offline = 'You are offline. The upload continues when you are back.'
    await page.locator('.attachment').getByText(offline).waitFor()
    await page.getByRole('status').getByText(`large.mp4: ${offline}`).waitFor({ state: 'attached' })
    await goOnline()
    await page.getByRole('status').getByText('Uploading large.mp4').waitFor({ state: 'attached' })
    await expectLarge(file)
  })

  it('follows the processing after a reload', async () => {
    const { page, emulator } = compose
    await emulator.setFaults([{ step: 'status', kind: 'check_after', checkAfterSecs: 2 }])
    await choose(shortMovie())
    await page.getByText('X is processing').first().waitFor()
    const before = (await emulator.uploads()).length
    await page.reload()
    await ready()
    expect(await emulator.uploads()).toHaveLength(before)
  })

  describe('with the developer drawer', () => {
    const open = () => compose.page.getByText('Under the hood').click()
    const line = (text: RegExp) => compose.page.locator('#log li').filter({ hasText: text }).first()

    it('shows what happens to an upload, with commands to send the same requests', async () => {
      const { page } = compose
      await open()
      await choose(await drawPicture(page, 'sunset.png'))
      await ready()
      await line(/^\d+\.\d sPOST \/media 201, \d+ ms/).waitFor()
      await line(/APPEND 1\/1/).waitFor()
      await line(/FINALIZE, 1 segment/).waitFor()
      await press('Copy POST as curl')
      await page.getByRole('status').getByText('Copied').waitFor({ state: 'attached' })
      const command = await page.evaluate(() => navigator.clipboard.readText())
      expect(command).toMatch(/^curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/media\?media_type=image%2Fpng'/)
      expect(command).toMatch(/-H 'x-demo-user: [\w-]{36}'/)
      await page.getByLabel('Description of sunset.png').fill("It's evening")
      await press('Copy PUT as curl')
      await page.getByRole('button', { name: 'Copied PUT as curl' }).waitFor()
      const description = await page.evaluate(() => navigator.clipboard.readText())
      expect(description).toContain(`--data-raw 'It'\\''s evening'`)
    })

    it('says once that a command was copied, and offers it again after a while', async () => {
      const { page } = compose
      await page.clock.install()
      await open()
      await choose(await drawPicture(page, 'sunset.png'))
      await ready()
      await page.clock.pauseAt(Date.now() + 60_000)
      await press('Copy POST as curl')
      await page.getByRole('button', { name: 'Copied POST as curl', exact: true }).getByText('Copied').waitFor()
      await page.clock.runFor(200)
      const said = page.getByRole('status').locator('p')
      expect(await said.allTextContents()).toEqual(['Copied'])
      await said.evaluate((shown) => shown.setAttribute('data-said', 'once'))
      await page.clock.runFor(3000)
      await page.getByRole('button', { name: 'Copy POST as curl', exact: true }).getByText('curl').waitFor()
      expect(await said.getAttribute('data-said')).toBe('once')
    })

    it('lets X limit the rate, once', async () => {
      await open()
      await press('Hit X’s rate limit')
      await line(/You: Hit X’s rate limit/).waitFor()
      await compose.page.getByRole('status').getByText('Done: Hit X’s rate limit').waitFor({ state: 'attached' })
      await choose(shortMovie())
      await line(/APPEND again \(x_rate_limited\), wait \d\.\d s/).waitFor()
      await ready()
    })

    it('drops the connection, and the upload goes on', async () => {
      const { page } = compose
      await open()
      const file = await beginLarge()
      await press('Drop my connection')
      await page.locator('.attachment').getByText('The upload continues by itself.').waitFor()
      await line(/failed, \d+ ms/).waitFor()
      await expectLarge(file)
    })

    it('makes X slow while its switch is on', async () => {
      const { page } = compose
      await open()
      const slow = page.getByRole('switch', { name: 'Make X slow' })
      const [answer] = await Promise.all([page.waitForResponse('**/faults/slow'), slow.check()])
      expect(answer.status()).toBe(204)
      await choose(await drawPicture(page, 'sunset.png'))
      await line(/APPEND 1\/1, \d+ KB in (?:1[5-9]|[2-9]\d)\d\d ms/).waitFor()
      await page.reload()
      await open()
      expect(await slow.isChecked()).toBe(true)
      await Promise.all([page.waitForResponse('**/faults/slow'), slow.uncheck()])
      await ready()
    })
  })
})
