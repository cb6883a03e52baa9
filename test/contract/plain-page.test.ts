import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { openComposePage, shortMovie, textFile } from '../support/compose-page.ts'
import { drawPicture, type PageFile } from '../support/page-media.ts'

if (!CHROMIUM) console.log('no Chromium found: the tests of the plain page are skipped')

describe.skipIf(!CHROMIUM)('the plain page, without JavaScript', () => {
  const compose = openComposePage({ javaScriptEnabled: false })

  async function upload(file: PageFile, description = ''): Promise<void> {
    const { page, press } = compose
    await page.getByRole('link', { name: 'Without JavaScript' }).click()
    await page.getByLabel('Description').fill(description)
    await page.getByLabel('Picture, GIF or video').setInputFiles(file)
    await press('Upload')
  }

  /** A picture, drawn where there is JavaScript. */
  async function picture(): Promise<PageFile> {
    const context = await compose.context.browser()?.newContext()
    const page = await context?.newPage()
    if (!page) throw new Error('no other page')
    const drawn = await drawPicture(page, 'sunset.png')
    await context?.close()
    return drawn
  }

  it('is where the compose box sends people whose browser runs no script', async () => {
    const { page } = compose
    expect(await page.getByRole('button', { name: 'Post' }).isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Upload a file without it.' }).click()
    await page.getByRole('heading', { name: 'Upload a file' }).waitFor()
  })

  it('uploads a picture with its description, and posts it', async () => {
    const { page, emulator, press } = compose
    await upload(await picture(), 'The sun sets')
    await page.getByRole('heading', { name: 'X has the file' }).waitFor()
    await page.getByText('It has 640 × 480 pixels.').waitFor()
    const [id = ''] = /\d{19}/.exec((await page.locator('main').textContent()) ?? '') ?? []
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'The sun sets' })
    await page.getByLabel('Your text').fill('Evening')
    await press('Post')
    await page.getByRole('heading', { name: 'Posted' }).waitFor()
    await page.getByText('Evening').waitFor()
  })

  it('shows how X processes a video, until it is done', async () => {
    const { page } = compose
    await upload(shortMovie())
    await page.getByRole('heading', { name: 'X is processing the file' }).waitFor()
    await page.getByRole('heading', { name: 'X has the file' }).waitFor()
  })

  it('shows why a file is refused, with the code behind a disclosure', async () => {
    const { page } = compose
    await upload(textFile('a.png', 'image/png'))
    await page.getByRole('heading', { name: 'That did not work' }).waitFor()
    await page.getByText('The file is damaged, or not what its name says.', { exact: true }).waitFor()
    expect(await page.getByText('signature_mismatch').isVisible()).toBe(false)
    await page.getByText('Technical details').click()
    await page.getByText(/^signature_mismatch This is text, and neither SRT nor WebVTT subtitles/).waitFor()
  })

  it('answers other clients with JSON', async () => {
    const { line, emulator } = compose
    const form = new FormData()
    form.append('alt_text', 'A dance')
    const { buffer, name, mimeType } = shortMovie()
    form.append('media', new File([new Uint8Array(buffer)], name, { type: mimeType }))
    const answer = await fetch(`${line.url}/plain`, { method: 'POST', body: form, headers: { 'x-demo-user': 'u1' } })
    expect(answer.status).toBe(201)
    const { media } = await answer.json()
    expect(await emulator.upload(media.id)).toMatchObject({ alt_text: 'A dance' })
  })
})
