import { describe, expect, it } from 'vitest'
import { openComposeBox } from '../support/compose-box.ts'
import { tabTo } from '../support/keyboard.ts'
import { drawPicture } from '../support/page-media.ts'
import { launchWebKit, WEBKIT } from '../support/webkit.ts'
import { testComposeBox } from './compose-box.ts'

if (!WEBKIT) console.log('no WebKitWebDriver or no Xvfb found: the tests of the upload page in WebKit are skipped')

describe.skipIf(!WEBKIT)('the compose box in WebKit', () => {
  const compose = openComposeBox(launchWebKit)
  const { beginLarge, choose, expectLarge, posted, ready, shows } = compose

  testComposeBox(compose)

  it('continues by itself when its connection breaks', async () => {
    const { demo } = compose
    const file = await beginLarge()
    demo.line.cut()
    await expectLarge(file)
  })

  it('writes, describes a picture and posts with the keyboard alone', async () => {
    const { page, demo } = compose
    const { keyboard } = page
    await tabTo(page, 'Your text')
    await keyboard.type('By keyboard')
    await tabTo(page, 'Add media')
    // WebDriver cannot answer the dialog that Enter would open.
    await choose(await drawPicture(page, 'a.png'))
    await ready()
    await page.evaluate(() => document.getElementById('text')?.focus())
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
