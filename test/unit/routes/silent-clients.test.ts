import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { type SlowUpload, slowUpload } from '../../support/slow-upload.ts'

const KIB = 1024
const MIB = 1024 * KIB
const CREATED = [201, undefined]
/** A Worker's default, the least of all. */
const limits = { memoryBytes: 64 * MIB }

const small = sampleFile('video/mp4', 100_000)
const asVideo = (user: string) => ({ 'content-type': 'video/mp4', 'x-demo-user': user })

/** Starts uploads of 20 MiB that send a burst and then nothing, and waits until as many have reached X as ever will. */
async function fallSilent(app: ReturnType<typeof describedMedia>, uploads: number, subjects: number, burst: number) {
  const begun = sampleFile('video/mp4', burst)
  const before = emulator.uploads().length
  const silent = Array.from({ length: uploads }, (_, index) =>
    slowUpload(app, { user: `hoarder ${index % subjects}`, begun, length: 20 * MIB }),
  )
  let refused = 0
  for (const { answer } of silent) answer.then(() => refused++)
  await expect.poll(() => emulator.uploads().length - before + refused).toBeGreaterThanOrEqual(uploads)
  return silent
}

async function abortAll(uploads: readonly SlowUpload[]): Promise<void> {
  for (const upload of uploads) upload.abort()
  await Promise.all(uploads.map(({ answer }) => answer))
}

describe('clients that fall silent', () => {
  it('with 64 uploads of one subject, leave the uploads of another alone', async () => {
    const app = describedMedia(optionsWith({ limits }))
    const silent = await fallSilent(app, 64, 1, 64 * KIB)
    for (let round = 0; round < 10; round++) {
      expect(await codeOf(app.request('/', post(small, asVideo('honest'))))).toEqual(CREATED)
    }
    await abortAll(silent)
  })

  it.each([64 * KIB, 256 * KIB])(
    'after %i bytes, with 200 uploads of five subjects, leave those of sixteen others alone',
    async (burst) => {
      const app = describedMedia(optionsWith({ limits }))
      const silent = await fallSilent(app, 200, 5, burst)
      for (let round = 0; round < 2; round++) {
        const users = Array.from({ length: 16 }, (_, index) => `honest ${index}`)
        const answers = await Promise.all(users.map((user) => codeOf(app.request('/', post(small, asVideo(user))))))
        expect(answers).toEqual(users.map(() => CREATED))
      }
      await abortAll(silent)
    },
  )
})

describe('quick uploads', () => {
  it('of one subject are not refused, sixteen of them, while X takes its time', async () => {
    let release: (() => void) | undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let appending = 0
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (String(url).endsWith('/append')) {
        appending++
        if (appending > 5) await released
      }
      return emulator.app.request(String(url), init)
    }
    const app = describedMedia(optionsWith({ x: { fetch }, limits }))
    const file = sampleFile('video/mp4', 20 * MIB)
    const upload = () => codeOf(app.request('/', post(file, asVideo('u1'))))
    // X has taken 4 MiB once: the next uploads have several segments in flight.
    expect(await upload()).toEqual(CREATED)
    const answers: Promise<unknown>[] = []
    for (let begun = 0; begun < 16; begun++) {
      const before = appending
      answers.push(upload())
      await expect.poll(() => appending).toBeGreaterThan(before)
    }
    release?.()
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 16 }, () => CREATED))
  })

  it.each([64, 256])('of one subject take turns with %i MiB, so that sixteen cost X few calls', async (mib) => {
    let appends = 0
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (String(url).endsWith('/append')) {
        appends++
        await pause(20)
      }
      return emulator.app.request(String(url), init)
    }
    const app = describedMedia(optionsWith({ x: { fetch }, limits: { memoryBytes: mib * MIB } }))
    const file = sampleFile('video/mp4', 8 * MIB)
    const upload = () => codeOf(app.request('/', post(file, asVideo('u1'))))
    expect(await upload()).toEqual(CREATED)
    appends = 0
    const uploads = Array.from({ length: 16 }, upload)
    expect(await Promise.all(uploads)).toEqual(uploads.map(() => CREATED))
    const perGib = (appends * 1024 * MIB) / (uploads.length * file.length)
    expect(perGib).toBeLessThanOrEqual(mib === 64 ? 700 : 400)
  })
})
