import { expect, it } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import type { ComposeBox } from '../support/compose-box.ts'
import { shortMovie, textFile } from '../support/compose-page.ts'
import type { DrivenPage } from '../support/driven-page.ts'
import { drawPicture } from '../support/page-media.ts'

/** What the compose box does in any browser. */
export function testComposeBox<Page extends DrivenPage>(compose: ComposeBox<Page>): void {
  const { beginLarge, choose, expectLarge, fill, post, press, ready, shows } = compose

  it('posts a picture with its description, and shows what X has', async () => {
    const { page, demo } = compose
    await fill('Your text', 'An evening by the sea')
    await choose(await drawPicture(page, 'sunset.png'))
    await shows('640 × 480')
    await fill('Description of sunset.png', 'The sun sets')
    await shows('12 of 1,000 · Saved')
    await ready()
    const [id = ''] = await post()
    expect(await demo.emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'The sun sets' })
    await shows('An evening by the sea')
    expect(await page.evaluate(postedWidth)).toBe(640)
  })

  it('shows how X processes a video, and plays the post', async () => {
    const { page } = compose
    await choose(shortMovie())
    await shows(/0:01 · 96 × 64 · 4 KB/)
    await shows(/X is processing, \d+ %/)
    await ready()
    await post()
    expect(await page.evaluate(playPosted)).toEqual({ seconds: expect.closeTo(0.6, 1), width: 96 })
  })

  it('posts four pictures in the order that the user gives them', async () => {
    const { page, demo } = compose
    const hues = [210, 30, 265, 150]
    await choose(...(await Promise.all(hues.map((hue, index) => drawPicture(page, `${index + 1}.png`, hue)))))
    await ready(4)
    await press('Move 3.png earlier')
    expect(await page.evaluate(attachedNames)).toEqual(['1.png', '3.png', '2.png', '4.png'])
    const ids = await post()
    expect(new Set(ids).size).toBe(4)
    const uploads = await Promise.all(ids.map((id) => demo.emulator.upload(id)))
    expect(uploads.every(({ finalized }) => finalized)).toBe(true)
  })

  it('continues an upload after a reload, with the text', async () => {
    const { page } = compose
    const file = await beginLarge()
    await fill('Your text', 'What a dance')
    await page.reload()
    expect(await page.evaluate(() => document.querySelector<HTMLTextAreaElement>('#text')?.value)).toBe('What a dance')
    await shows('large.mp4')
    await expectLarge(file)
  })

  it('refuses what X never takes before the upload, and shows the server’s reason with its code for the rest', async () => {
    const { demo } = compose
    const before = (await demo.emulator.uploads()).length
    await choose(textFile('notes.txt', 'text/plain'))
    await shows('notes.txt is neither a picture, nor a GIF, nor a video.')
    await choose(textFile('a.png', 'image/png'))
    await shows('The file is damaged, or not what its name says.')
    await press('Technical details')
    await shows('signature_mismatch')
    expect(await demo.emulator.uploads()).toHaveLength(before)
  })

  it('breaks no rule of axe, empty and with a post, a failed file and a video under way', async () => {
    const { page } = compose
    expect(await axeViolations(page)).toEqual([])
    await fill('Your text', 'A morning by the sea')
    await choose(await drawPicture(page, 'morning.png', 330))
    await ready()
    await post()
    await choose(textFile('a.png', 'image/png'))
    await press('Technical details')
    expect(await axeViolations(page)).toEqual([])
    await press('Remove a.png')
    await choose(shortMovie())
    await shows(/X is processing, \d+ %/)
    expect(await axeViolations(page)).toEqual([])
  })
}

/** Runs in the page. */
async function postedWidth(): Promise<number | undefined> {
  const image = document.querySelector<HTMLImageElement>('article img')
  await image?.decode()
  return image?.naturalWidth
}

/** Runs in the page. */
async function playPosted(): Promise<{ seconds: number; width: number } | undefined> {
  const video = document.querySelector<HTMLVideoElement>('article video')
  if (!video) return undefined
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
  // Firefox and WebKit play no sound that the user did not ask for.
  video.muted = true
  await video.play()
  await ended
  return { seconds: video.currentTime, width: video.videoWidth }
}

/** Runs in the page. */
function attachedNames(): string[] {
  return [...document.querySelectorAll('.attachment .name')].map(({ textContent }) => textContent)
}
