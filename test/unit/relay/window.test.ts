import { expect, it } from 'vitest'
import { sleep } from '../../../src/lib/clock.ts'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { useFakeClock, whileAdvancing } from '../../support/clock.ts'
import { sampleFile } from '../../support/media.ts'

const MIB = 1024 * 1024

it.each([
  ['three', 50, 6, 3],
  ['six', 150, 6, 6],
  ['four', 150, 4, 4],
  ['two', 50, 2, 2],
])(
  'an upload has %s APPENDs in flight while X takes %i ms for one and may have %i',
  async (_, ms, concurrency, most) => {
    const clock = useFakeClock()
    let inFlight = 0
    let mostInFlight = 0
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (!String(url).endsWith('/append')) return await emulator.app.request(String(url), init)
      inFlight++
      mostInFlight = Math.max(mostInFlight, inFlight)
      await sleep(clock, ms)
      inFlight--
      return await emulator.app.request(String(url), init)
    }
    const app = describedMedia(optionsWith({ x: { fetch, concurrency, segmentBytes: MIB } }))
    const file = sampleFile('video/mp4', 16 * MIB)
    const upload = () => codeOf(app.request('/', post(file, { 'content-type': 'video/mp4' })))
    expect(await whileAdvancing(clock, upload, 1)).toEqual([201, undefined])
    expect(mostInFlight).toBe(most)
  },
)
