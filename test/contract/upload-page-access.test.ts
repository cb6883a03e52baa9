import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { CHROMIUM } from '../support/browser.ts'
import { type ComposePage, openComposePage, shortMovie, textFile } from '../support/compose-page.ts'
import { tabTo } from '../support/keyboard.ts'
import { dance, drawPicture, longDance } from '../support/page-media.ts'
import { loadSharp } from '../support/photos.ts'
import { record } from '../support/recording.ts'

/** The pictures and the recording in the README. The tests make those that are missing. */
const PICTURES = fileURLToPath(new URL('../../docs/images/', import.meta.url))

const RECORDING = `${PICTURES}upload.webp`

const sharp = await loadSharp()
if (typeof sharp === 'string') console.log(`sharp does not load: its test is skipped (${sharp})`)
if (!CHROMIUM) console.log('no Chromium found: the tests of access to the upload page are skipped')

/** Fills the page with everything it can show: a post, warnings, a failure, and files on their way. */
async function fill({ page, choose, ready, post, press }: ComposePage, text: string): Promise<void> {
  await page.getByText('Under the hood').click()
  await page.getByLabel('Your text').fill(text)
  const hues = { 'sunset.png': 210, 'dunes.png': 30, 'harbour.png': 265, 'woods.png': 150 }
  await choose(...(await Promise.all(Object.entries(hues).map(([name, hue]) => drawPicture(page, name, hue)))))
  for (const name of Object.keys(hues)) {
    await page.getByLabel(`Description of ${name}`).fill('The sun sets behind hills')
  }
  await ready(4)
  await post()
  await choose(textFile('a.png', 'image/png'))
  await page.locator('.attachment[data-stage="failed"]').waitFor()
  await page.getByText('Technical details').click()
  await press('Remove a.png')
  await page.getByLabel('Your text').fill('And a morning.')
  await choose(await drawPicture(page, 'morning.png', 330), await drawPicture(page, 'noon.png', 190))
  await page.getByLabel('Description of morning.png').fill('Mist over the hills')
  await ready(2)
  await page.getByText('19 of 1,000 · Saved').waitFor()
}

/** The controls that fingers may miss: less than 44 pixels wide or high. */
function smallControls(page: Page): Promise<string[]> {
  return page.locator('button, input, textarea, summary, a, [role=switch]').evaluateAll((controls) =>
    controls
      .filter((control) => control.checkVisibility())
      .map((control) => control.closest('label.switch') ?? control)
      .map((control) => ({ box: control.getBoundingClientRect(), html: control.outerHTML }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ html }) => html),
  )
}

/** The controls whose name lacks the words that people see, who then cannot use them by voice. WCAG 2.5.3 */
function misnamedControls(page: Page): Promise<string[]> {
  return page.locator('button, .button').evaluateAll((controls) =>
    controls
      .filter((control) => control.checkVisibility())
      .filter((control) => {
        const words = control.textContent?.trim().toLowerCase() ?? ''
        const named = control.querySelector('input') ?? control
        return !/\w/.test(words) || !(named.ariaLabel ?? words).toLowerCase().includes(words)
      })
      .map(({ outerHTML }) => outerHTML),
  )
}

async function expectAccess(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide).toBe(0)
  expect(await smallControls(page)).toEqual([])
  expect(await misnamedControls(page)).toEqual([])
}

async function picture(page: Page, name: string): Promise<void> {
  const path = `${PICTURES}${name}.png`
  if (!existsSync(path)) await page.screenshot({ path })
}

describe.skipIf(!CHROMIUM)('the compose box', () => {
  const compose = openComposePage()

  describe.each([
    [
      'in light',
      'compose-light',
      'Four evenings by the sea, and none like the other.',
      { colorScheme: 'light' as const },
    ],
    ['in dark', 'compose-dark', 'Four evenings by the sea, one after the other.', { colorScheme: 'dark' as const }],
    [
      'on a phone',
      'compose-phone',
      'Four evenings by the sea.',
      { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true },
    ],
  ])('%s', (_, name, text, options) => {
    // X takes no text twice from the same user.
    compose.use({ viewport: { width: 1160, height: 1000 }, ...options })

    it('breaks no rule of axe, empty and full, fits its window, and has controls of 44 pixels at least', async () => {
      const { page } = compose
      expect(await axeViolations(page)).toEqual([])
      await fill(compose, text)
      await page.evaluate(() => scrollTo(0, 0))
      await picture(page, name)
      await expectAccess(page)
    })

    it('breaks none while X processes a video', async () => {
      const { page, choose, ready } = compose
      await choose(shortMovie())
      await page.getByText('Subtitles', { exact: true }).click()
      await page.getByText(/X is processing, \d+ %/).waitFor()
      expect(await axeViolations(page)).toEqual([])
      expect(await misnamedControls(page)).toEqual([])
      await ready()
    })

    it('breaks none where the emulated X asks for access, nor where it refuses to', async () => {
      const { page } = compose
      const title = 'Sign in with X (emulated)'
      await page.getByRole('link', { name: title }).click()
      await page.getByRole('heading', { name: title, level: 1 }).waitFor()
      expect(await page.title()).toBe(title)
      expect(await page.getByRole('main').getByText('X is emulated.').isVisible()).toBe(true)
      await expectAccess(page)
      const asked = new URL(page.url())
      asked.searchParams.delete('state')
      await page.goto(asked.href)
      await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
      await expectAccess(page)
    })

    it('breaks none without JavaScript either, before and after an upload', async () => {
      const { page, press } = compose
      await page.getByRole('link', { name: 'Without JavaScript' }).click()
      await page.getByLabel('Picture, GIF or video').setInputFiles(await drawPicture(page, 'sunset.png'))
      expect(await axeViolations(page)).toEqual([])
      await press('Upload')
      await page.getByRole('heading', { name: 'X has the file' }).waitFor()
      expect(await axeViolations(page)).toEqual([])
    })
  })

  describe('from the drop to the post', () => {
    compose.use({ viewport: { width: 700, height: 840 } })

    it.skipIf(typeof sharp === 'string')('shows how far an upload is at any time', async () => {
      if (typeof sharp === 'string') return
      const { page, line, give, ready, post } = compose
      const recording = await record(sharp, page, async () => {
        await page.getByLabel('Your text').pressSequentially('What a dance')
        await give('dragover', dance)
        await page.getByText('Drop your pictures or a video').waitFor()
        line.slowTo(2 * 1024 * 1024)
        await give('drop', longDance(6 * 1024 * 1024))
        await page.getByText(/X has [1-5]\.\d MB of 6\.3 MB, \d s left/).waitFor()
        await page.getByText(/X is processing, \d+ %/).waitFor()
        await ready()
        await post()
        await page.getByRole('article').getByText('What a dance').waitFor()
        await page.getByRole('article').scrollIntoViewIfNeeded()
        await page.locator('article video').evaluate(async (video: HTMLVideoElement) => {
          await video.play()
          video.pause()
        })
      })
      if (!existsSync(RECORDING)) await writeFile(RECORDING, recording)
      expect(readFileSync(RECORDING).length).toBeLessThan(400_000)
    })
  })

  describe('with the keyboard alone', () => {
    compose.use({ reducedMotion: 'reduce' })

    it('writes, adds two pictures, describes, moves and removes them, and posts', async () => {
      const { page, emulator, ready } = compose
      const { keyboard } = page
      // From the start: the browser takes a while to hear that somebody waits for it.
      const opened = page.waitForEvent('filechooser')
      await tabTo(page, 'Your text')
      await keyboard.type('By keyboard')
      await tabTo(page, 'Add media')
      await keyboard.press('Enter')
      const chooser = await opened
      await chooser.setFiles([await drawPicture(page, 'a.png'), await drawPicture(page, 'b.png')])
      await ready(2)
      await page.evaluate(() => document.getElementById('text')?.focus())
      await tabTo(page, 'Description of a.png')
      await keyboard.type('Evening')
      await tabTo(page, 'Move a.png later')
      await keyboard.press('Enter')
      expect(await page.locator('.attachment .name').allInnerTexts()).toEqual(['b.png', 'a.png'])
      await page.getByRole('status').getByText('a.png is number 2 of 2').waitFor({ state: 'attached' })
      await page.evaluate(() => document.getElementById('text')?.focus())
      await tabTo(page, 'Remove b.png')
      await keyboard.press('Space')
      expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Remove a.png')
      await page.getByText('7 of 1,000 · Saved').waitFor()
      await keyboard.press('Control+Enter')
      const shown = page.getByRole('article').getByAltText('Evening')
      const id = (await shown.getAttribute('src'))?.replace('/x/', '') ?? ''
      expect(await emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'Evening' })
      await page.getByRole('status').getByText('Posted').waitFor({ state: 'attached' })
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('text')
    })

    it('keeps the focus on the button that pauses and resumes an upload', async () => {
      const { page, beginLarge, expectLarge } = compose
      const { keyboard } = page
      const focused = () => page.evaluate(() => document.activeElement?.ariaLabel)
      const file = await beginLarge()
      await tabTo(page, 'Pause large.mp4')
      await keyboard.press('Enter')
      await page.getByText(/Paused/).waitFor()
      expect(await focused()).toBe('Resume large.mp4')
      await keyboard.press('Enter')
      await page.getByRole('button', { name: 'Pause large.mp4' }).waitFor()
      expect(await focused()).toBe('Pause large.mp4')
      await expectLarge(file)
    })

    it('announces everything that happens at once', async () => {
      const { page, choose } = compose
      await page.route(/\/media\?/, () => {
        // No answer: the pictures stay on their way.
      })
      const names = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']
      await choose(...(await Promise.all(names.map((name) => drawPicture(page, name)))))
      const announced = page.getByRole('status').locator('p')
      await announced.filter({ hasText: 'Uploading d.png' }).waitFor({ state: 'attached' })
      expect(await announced.allTextContents()).toEqual([
        'e.png was not added. A post can have up to 4 pictures.',
        ...['a.png', 'b.png', 'c.png', 'd.png'].map((name) => `Uploading ${name}`),
      ])
      const reminder = '4 files have no description. People who cannot see them will miss them.'
      expect(await page.locator('#reminder').textContent()).toBe(reminder)
    })

    it('shows where the focus is, on every control', async () => {
      const { page } = compose
      await page.getByText('Under the hood').click()
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      const unseen: string[] = []
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press('Tab')
        const isShown = await page.evaluate(() => {
          const { activeElement: found } = document
          const shown = found?.closest('.button') ?? found
          return !found || found === document.body || getComputedStyle(shown ?? found).outlineStyle !== 'none'
        })
        if (!isShown) unseen.push(await page.evaluate(() => document.activeElement?.outerHTML ?? ''))
      }
      expect(unseen).toEqual([])
    })
  })
})
