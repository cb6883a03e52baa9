import { describe, expect, it } from 'vitest'
import { shortMovie, textFile } from '../support/compose-page.ts'
import { FIREFOX, openFirefoxPage } from '../support/firefox-page.ts'
import { tabTo } from '../support/keyboard.ts'
import { drawPicture } from '../support/page-media.ts'

if (!FIREFOX) console.log('no Firefox found: the tests of the upload page in Firefox are skipped')

describe.skipIf(!FIREFOX)('the compose box in Firefox', () => {
  const compose = openFirefoxPage()
  const { beginLarge, choose, expectLarge, fill, onDisk, post, posted, press, ready, shows } = compose

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
    const width = await page.$eval('article img', (image) => image.decode().then(() => image.naturalWidth))
    expect(width).toBe(640)
  })

  it('shows how X processes a video, and plays the post', async () => {
    const { page } = compose
    await choose(shortMovie())
    await shows(/0:01 · 96 × 64 · 4 KB/)
    await shows(/X is processing, \d+ %/)
    await ready()
    await post()
    const end = await page.$eval('article video', async (video) => {
      const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
      // Firefox plays no sound that the user did not ask for.
      video.muted = true
      await video.play()
      await ended
      return { seconds: video.currentTime, width: video.videoWidth }
    })
    expect(end).toEqual({ seconds: expect.closeTo(0.6, 1), width: 96 })
  })

  it('posts four pictures in the order that the user gives them', async () => {
    const { page, demo } = compose
    const hues = [210, 30, 265, 150]
    await choose(...(await Promise.all(hues.map((hue, index) => drawPicture(page, `${index + 1}.png`, hue)))))
    await ready(4)
    await press('Move 3.png earlier')
    const names = await page.$$eval('.attachment .name', (shown) => shown.map(({ textContent }) => textContent))
    expect(names).toEqual(['1.png', '3.png', '2.png', '4.png'])
    const ids = await post()
    expect(new Set(ids).size).toBe(4)
    const uploads = await Promise.all(ids.map((id) => demo.emulator.upload(id)))
    expect(uploads.every(({ finalized }) => finalized)).toBe(true)
  })

  it('continues by itself when the network is back', async () => {
    const { page, demo } = compose
    const file = await beginLarge()
    await page.setOfflineMode(true)
    demo.line.cut()
    await shows('You are offline. The upload continues when you are back.')
    await page.setOfflineMode(false)
    await expectLarge(file)
  })

  it('continues an upload after a reload, with the text', async () => {
    const { page } = compose
    const file = await beginLarge()
    await fill('Your text', 'What a dance')
    await page.reload()
    expect(await page.$eval('#text', (text) => (text instanceof HTMLTextAreaElement ? text.value : ''))).toBe(
      'What a dance',
    )
    await shows('large.mp4')
    await expectLarge(file)
  })

  it('refuses what X never takes before the upload, and shows the server’s reason with its code for the rest', async () => {
    const { demo } = compose
    const before = (await demo.emulator.uploads()).length
    await choose(textFile('notes.txt', 'text/plain'))
    await shows('notes.txt is neither a picture, nor a GIF, nor a video.')
    await choose(textFile('a.png', 'image/png'))
    await shows('The file is not what its name says. This is text')
    await (await compose.page.waitForSelector('.attachment ::-p-text(Technical details)'))?.click()
    await shows('signature_mismatch')
    expect(await demo.emulator.uploads()).toHaveLength(before)
  })

  it('writes, adds a picture, describes it and posts with the keyboard alone', async () => {
    const { page, demo } = compose
    const { keyboard } = page
    const [picturePath = ''] = await onDisk(await drawPicture(page, 'a.png'))
    await tabTo(page, 'Your text')
    await keyboard.type('By keyboard')
    await tabTo(page, 'Add media')
    const [chooser] = await Promise.all([page.waitForFileChooser(), keyboard.press('Enter')])
    await chooser.accept([picturePath])
    await ready()
    await page.focus('#text')
    await tabTo(page, 'Description of a.png')
    await keyboard.type('Evening')
    await shows('7 of 1,000 · Saved')
    await keyboard.down('Control')
    await keyboard.press('Enter')
    await keyboard.up('Control')
    const [id = ''] = await posted()
    expect(await demo.emulator.upload(id)).toMatchObject({ finalized: true, alt_text: 'Evening' })
  })
})
