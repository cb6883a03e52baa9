import { describe, expect, it } from 'vitest'
import { openComposeBox } from '../support/compose-box.ts'
import { FIREFOX, launchFirefox } from '../support/firefox.ts'
import { tabTo } from '../support/keyboard.ts'
import { drawPicture } from '../support/page-media.ts'
import { testComposeBox } from './compose-box.ts'

if (!FIREFOX) console.log('no Firefox found: the tests of the upload page in Firefox are skipped')

describe.skipIf(!FIREFOX)('the compose box in Firefox', () => {
  const compose = openComposeBox(launchFirefox)
  const { beginLarge, expectLarge, onDisk, posted, ready, shows } = compose

  testComposeBox(compose)

  it('continues by itself when the network is back', async () => {
    const { page, demo } = compose
    const file = await beginLarge()
    await page.puppeteer.setOfflineMode(true)
    demo.line.cut()
    await shows('You are offline. The upload continues when you are back.')
    await page.puppeteer.setOfflineMode(false)
    await expectLarge(file)
  })

  it('writes, adds a picture, describes it and posts with the keyboard alone', async () => {
    const { page, demo } = compose
    const { keyboard } = page
    const [picturePath = ''] = await onDisk(await drawPicture(page, 'a.png'))
    await tabTo(page, 'Your text')
    await keyboard.type('By keyboard')
    await tabTo(page, 'Add media')
    const [chooser] = await Promise.all([page.puppeteer.waitForFileChooser(), keyboard.press('Enter')])
    await chooser.accept([picturePath])
    await ready()
    await page.puppeteer.focus('#text')
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
