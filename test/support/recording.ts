import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Sharp } from './photos.ts'

/** How often to take a picture, milliseconds. */
const EVERY_MS = 250
/** The longest that a picture stays, milliseconds: on a busy machine, some take seconds. */
const MAX_STAY_MS = 1200
/** How long the last picture stays, milliseconds. */
const END_MS = 4000

interface Frame {
  picture: Buffer
  at: number
}

/** What happens in a page while `work` runs, as an animated WebP. */
export async function record(sharp: Sharp, page: Page, work: () => Promise<void>): Promise<Buffer> {
  const frames: Frame[] = []
  const shoot = async () => void frames.push({ at: Date.now(), picture: await page.screenshot() })
  let isOver = false
  const shooting = (async () => {
    while (!isOver) {
      await shoot()
      await pause(EVERY_MS)
    }
  })()
  try {
    await work()
  } finally {
    isOver = true
    await shooting
  }
  await shoot()
  const delay = frames.map(({ at }, index) => {
    const next = frames[index + 1]
    return next ? Math.min(next.at - at, MAX_STAY_MS) : END_MS
  })
  return await sharp(
    frames.map(({ picture }) => picture),
    { join: { animated: true } },
  )
    .webp({ quality: 60, effort: 4, minSize: true, loop: 0, delay })
    .toBuffer()
}
