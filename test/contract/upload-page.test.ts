import type { Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { openComposePage, shortMovie, textFile } from '../support/compose-page.ts'
import { sampleFile } from '../support/media.ts'
import { dance, drawPicture } from '../support/page-media.ts'
import { loadSharp, makePhonePhoto } from '../support/photos.ts'

const sharp = await loadSharp()
if (typeof sharp === 'string') console.log(`sharp does not load: its test is skipped (${sharp})`)
if (!CHROMIUM) console.log('no Chromium found: the tests of the upload page are skipped')

describe.skipIf(!CHROMIUM)('the compose box', () => {
  const compose = openComposePage()
  const { choose, press, ready, post } = compose
  const picture = (name: string, hue?: number) => drawPicture(compose.page, name, hue)
  // The button can be pressed to hear why it does nothing.
  const tryToPost = () => compose.page.getByRole('button', { name: 'Post', exact: true }).click({ force: true })
  const names = () => compose.page.locator('.attachment .name').allInnerTexts()

  /** Adds subtitles to dance.mp4, and resolves to the request for them, which waits. */
  async function holdSubtitles(): Promise<Route> {
    const { page } = compose
    const held = new Promise<Route>((resolve) => page.route('**/subtitles?*', resolve))
    await page.getByText('Subtitles', { exact: true }).click()
    await page.getByLabel('Language').fill('EN')
    const buffer = Buffer.from(sampleFile('text/vtt', 300))
    await page.getByLabel('Subtitles for dance.mp4').setInputFiles({ name: 'dance.vtt', mimeType: 'text/vtt', buffer })
    return await held
  }

  it('posts a picture with its description, and shows what X has', async () => {
    const { page, emulator } = compose
    await page.getByLabel('Your text').fill('An evening by the sea')
    await choose(await picture('sunset.png'))
    await page.getByText('640 × 480').waitFor()
    await page.getByText('One file has no description').waitFor()
    await page.getByLabel('Description of sunset.png').fill('The sun sets')
    await page.getByText('12 of 1,000 · Saved').waitFor()
    await ready()
    const [id = ''] = await post()
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'The sun sets' })
    const article = page.getByRole('article')
    await article.getByText('An evening by the sea').waitFor()
    await article.getByText(/Post \d+ of the emulated X/).waitFor()
    const shown = article.getByAltText('The sun sets')
    expect(await shown.getAttribute('src')).toBe(`/x/${id}`)
    expect(await shown.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(640)
    expect(await page.getByLabel('Your text').inputValue()).toBe('')
  })

  it('shows how X processes a video, takes subtitles, and plays the post', async () => {
    const { page, emulator } = compose
    await choose(shortMovie())
    await page.getByText(/0:01 · 96 × 64 · 4 KB/).waitFor()
    await page.getByText(/X is processing, [2-9]\d %/).waitFor()
    await page.getByText('Subtitles', { exact: true }).click()
    await page.getByLabel('Language').fill('EN')
    const buffer = Buffer.from(sampleFile('text/vtt', 300))
    await page.getByLabel('Subtitles for dance.mp4').setInputFiles({ name: 'dance.vtt', mimeType: 'text/vtt', buffer })
    await page.getByText('X has the subtitles in EN').last().waitFor()
    await ready()
    const [id = ''] = await post()
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ language_code: 'EN', display_name: 'English' }] })
    const end = await page.locator('article video').evaluate(async (video: HTMLVideoElement) => {
      const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
      await video.play()
      await ended
      return { seconds: video.currentTime, width: video.videoWidth }
    })
    expect(end).toEqual({ seconds: expect.closeTo(0.6, 1), width: 96 })
  })

  it('posts a video when X has its subtitles, and says that it waits for them', async () => {
    const { page, emulator } = compose
    await choose(shortMovie())
    await ready()
    const subtitles = await holdSubtitles()
    const asked = page.waitForRequest('**/posts')
    await press('Post')
    await page.getByText('Waiting for the subtitles of dance.mp4. Then the post goes out.').first().waitFor()
    await page.getByRole('button', { name: 'Waiting …' }).waitFor()
    await subtitles.continue()
    const [id = ''] = (await asked).postDataJSON().mediaIds
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ language_code: 'EN' }] })
    await page.getByRole('article').waitFor()
  })

  it('posts no video whose subtitles were not saved, unless asked again', async () => {
    const { page } = compose
    await choose(shortMovie())
    await ready()
    const subtitles = await holdSubtitles()
    await press('Post')
    await page.getByText('Waiting for the subtitles of dance.mp4.').first().waitFor()
    await subtitles.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: '{"code":"content_refused"}',
    })
    await page.getByText('Not saved: the subtitles of dance.mp4. Try again, or press Post').first().waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
    await post()
  })

  it('posts four pictures in the order that the user gives them, and takes no fifth one and no video', async () => {
    const { page, emulator } = compose
    const before = (await emulator.uploads()).length
    await choose(...(await Promise.all(['a.png', 'b.png', 'c.png', 'd.png'].map((name) => picture(name)))))
    await ready(4)
    expect(await names()).toEqual(['a.png', 'b.png', 'c.png', 'd.png'])
    await press('Move c.png earlier')
    const thumbnail = (name: string) => page.locator('.attachment', { hasText: name }).locator('.thumbnail')
    await thumbnail('d.png').dragTo(thumbnail('a.png'))
    expect(await names()).toEqual(['d.png', 'a.png', 'c.png', 'b.png'])
    await choose(await picture('e.png'))
    await page.getByText('e.png was not added. A post can have up to 4 pictures.').first().waitFor()
    await choose(shortMovie())
    await page.getByText('dance.mp4 was not added.').first().waitFor()
    await press('Remove a.png')
    await choose(await picture('e.png'))
    await ready(4)
    const ids = await post()
    expect(new Set(ids).size).toBe(4)
    expect(
      await page.locator('article img').evaluateAll((images) => images.map((image) => image.getAttribute('src'))),
    ).toEqual(ids.map((id) => `/x/${id}`))
    expect(await emulator.uploads()).toHaveLength(before + 5)
  })

  it('names every file that it refuses', async () => {
    const { page } = compose
    const pictures = await Promise.all(
      ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png'].map((name) => picture(name)),
    )
    await choose(...pictures, textFile('notes.txt', 'text/plain'))
    const problem = page.locator('#problem > p')
    await problem.getByText('e.png and f.png were not added. A post can have up to 4 pictures.').waitFor()
    await problem.getByText('notes.txt is neither a picture, nor a GIF, nor a video.').waitFor()
    await ready(4)
  })

  it.skipIf(typeof sharp === 'string')('sends a photo of 9 MB, which the server makes smaller', async () => {
    if (typeof sharp === 'string') return
    await choose({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await makePhonePhoto(sharp) })
    await ready()
    const [id = ''] = await post()
    const upload = await compose.emulator.upload(id)
    expect(upload).toMatchObject({ finalized: true, media_type: 'image/jpeg' })
    expect(upload.size).toBeLessThanOrEqual(5 * 1024 * 1024)
  })

  it('takes files that are dropped or pasted', async () => {
    await compose.give('drop', await picture('dropped.png'))
    await compose.give('paste', await picture('pasted.png'))
    await ready(2)
    expect(await names()).toEqual(['dropped.png', 'pasted.png'])
  })

  it('counts characters as X does, and posts no text that is too long', async () => {
    const { page } = compose
    const text = page.getByLabel('Your text')
    await text.fill('猫 https://example.com/a/very/long/address/that/counts/as/23')
    await page.getByText('26 of 280 characters').waitFor()
    await text.fill('a'.repeat(281))
    await page.getByText('1 character too many').waitFor()
    await tryToPost()
    const reminder = page.locator('#problem')
    await reminder.getByText('The text is too long.').waitFor()
    await text.fill('a'.repeat(280))
    await reminder.waitFor({ state: 'hidden' })
    expect(await page.getByRole('article').count()).toBe(0)
  })

  it('refuses what X never takes before the upload, and shows the server’s reason with its code for the rest', async () => {
    const { page, emulator } = compose
    const before = (await emulator.uploads()).length
    await choose(textFile('notes.txt', 'text/plain'))
    await page.getByText('notes.txt is neither a picture, nor a GIF, nor a video.').first().waitFor()
    await choose(textFile('a.png', 'image/png'))
    const card = page.locator('.attachment[data-stage="failed"]')
    await card.getByText('The file is damaged, or not what its name says.', { exact: true }).waitFor()
    expect(await card.getByText('signature_mismatch').isVisible()).toBe(false)
    await card.getByText('Technical details').click()
    await card.getByText(/^signature_mismatch This is text/).waitFor()
    expect(await card.getByRole('button', { name: 'Try again: a.png' }).isVisible()).toBe(false)
    expect(await emulator.uploads()).toHaveLength(before)
    await tryToPost()
    await page.locator('#problem').getByText('Remove a.png.', { exact: true }).waitFor()
  })

  it.skipIf(typeof sharp === 'string')('says of a photo that is cut off that it is damaged', async () => {
    if (typeof sharp === 'string') return
    const photo = await makePhonePhoto(sharp)
    await choose({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo.subarray(0, 6_000_000) })
    const card = compose.page.locator('.attachment[data-stage="failed"]')
    await card.getByText('The image is damaged, or of a kind that the server cannot read.').waitFor()
    await card.getByText('Technical details').click()
    await card.getByText('transform_failed').waitFor()
  })

  it('shows that X could not process a file', async () => {
    const { page, emulator } = compose
    await emulator.setFaults([{ step: 'finalize', kind: 'processing_failed' }])
    await choose(shortMovie())
    await page.locator('.attachment').getByText('X could not process this file.').waitFor()
    expect(await page.getByRole('button', { name: 'Try again: dance.mp4' }).isVisible()).toBe(false)
  })

  it('signs in with the emulated X, and posts a video and a described picture from that account', async () => {
    const { page, emulator } = compose
    await page.getByText('You post as @user_2244994945').waitFor()
    await page.getByRole('link', { name: 'Sign in with X (emulated)' }).click()
    await page.getByLabel('Id of the user').fill('34')
    await press('Authorize app')
    await page.getByText('X is emulated. You are signed in and post as @user_34.').waitFor()
    await choose(dance)
    await ready()
    const video = await post()
    await choose(await picture('sunset.png'))
    await page.getByLabel('Description of sunset.png').fill('The sun sets')
    await page.getByText('12 of 1,000 · Saved').waitFor()
    await ready()
    for (const id of [...video, ...(await post())]) {
      expect(await emulator.upload(id)).toMatchObject({ owner: '34', finalized: true })
    }
    expect(await page.getByRole('article').getByAltText('The sun sets').isVisible()).toBe(true)
    // X lets nobody use the media of another account, so the file is uploaded again.
    await choose(await picture('dunes.png', 30))
    await ready()
    await page.getByRole('link', { name: 'Sign out' }).click()
    await press('Sign out')
    await page.getByText('You post as @user_2244994945').waitFor()
    await ready()
    const [id = ''] = await post()
    expect(await emulator.upload(id)).toMatchObject({ owner: '2244994945' })
  })

  it('posts from no account but the one that it shows', async () => {
    const { page, context, line } = compose
    await page.getByLabel('Your text').fill('Who am I?')
    const other = await context.newPage()
    await other.goto(line.url)
    await other.getByRole('link', { name: 'Sign in with X (emulated)' }).click()
    await other.getByRole('button', { name: 'Authorize app' }).click()
    await other.getByText('You are signed in').waitFor()
    await press('Post')
    await page.locator('#problem').getByText('You have signed in or out since. Reload the page, then post.').waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
    await page.reload()
    await page.getByText('You are signed in').waitFor()
    await press('Post')
    await page.getByRole('article').getByText('Who am I?').waitFor()
  })

  it('offers to try again what may succeed then', async () => {
    const { page, context } = compose
    const cookies = await context.cookies()
    await context.clearCookies()
    await choose(shortMovie())
    await page.locator('.attachment').getByText('You are not signed in.').waitFor()
    await context.addCookies(cookies)
    await press('Try again: dance.mp4')
    await ready()
  })

  it('shows a post that X refuses as a sentence, and keeps it', async () => {
    const { page, emulator } = compose
    await emulator.setFaults([{ step: 'post', kind: 'error', status: 403 }])
    await page.getByLabel('Your text').fill('Hello')
    await press('Post')
    await page
      .locator('#problem')
      .getByText(/^X rejected the post\. \w/)
      .waitFor()
    expect(await page.getByLabel('Your text').inputValue()).toBe('Hello')
    await press('Post')
    await page.getByRole('article').getByText('Hello').waitFor()
  })
})
