import { describe, expect, it } from 'vitest'
import { createXMedia } from '../../../src/index.ts'
import { createSizeLimits } from '../../../src/ingress/size-limits.ts'
import { MEDIA_CATEGORIES, type MediaCategory } from '../../../src/x/limits.ts'
import { base, codeOf, describedMedia, emulator, post } from '../../support/app.ts'
import { compatClient, form } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

/** X's limits for an account without Premium. */
const LIMITS: readonly (readonly [MediaCategory, number])[] = [
  ['tweet_image', 5_242_880],
  ['dm_image', 5_242_880],
  ['tweet_gif', 15_728_640],
  ['dm_gif', 15_728_640],
  ['tweet_video', 8_589_934_592],
  ['amplify_video', 8_589_934_592],
  ['dm_video', 536_870_912],
  ['subtitles', 1_000_000],
]
const MAX_TOTAL_BYTES = 17_179_869_184

const tooLarge = expect.objectContaining({ code: 'too_large' })

describe('the largest upload', () => {
  it('is in that table for every category', () => {
    expect(LIMITS.map(([category]) => category).toSorted()).toEqual(MEDIA_CATEGORIES.toSorted())
  })

  it.each(LIMITS)('of the category %s has %i bytes', (category, bytes) => {
    const { check } = createSizeLimits({ uploadBytes: MAX_TOTAL_BYTES, categoryBytes: {} })
    expect(() => check(bytes, [category])).not.toThrow()
    expect(() => check(bytes + 1, [category])).toThrow(tooLarge)
  })

  it.each([
    ['tweet_video', 17_179_869_184],
    ['amplify_video', 17_179_869_184],
    ['dm_video', 1_073_741_824],
  ] as const)('of a Premium account is what limits.categoryBytes says: %s with %i bytes', (category, bytes) => {
    const { check } = createSizeLimits({ uploadBytes: MAX_TOTAL_BYTES, categoryBytes: { [category]: bytes } })
    expect(() => check(bytes, [category])).not.toThrow()
    expect(() => check(bytes + 1, [category])).toThrow(tooLarge)
  })

  it('is never above what X accepts at INIT', () => {
    const limits = { uploadBytes: 50_000_000_000, categoryBytes: { tweet_video: 50_000_000_000 } }
    const { check, uploadBytes } = createSizeLimits(limits)
    expect(uploadBytes).toBe(MAX_TOTAL_BYTES)
    expect(() => check(MAX_TOTAL_BYTES, ['tweet_video'])).not.toThrow()
    expect(() => check(MAX_TOTAL_BYTES + 1, ['tweet_video'])).toThrow(tooLarge)
  })
})

describe('a refusal', () => {
  it('names the limit that the file exceeds: that of its category, or that of any upload', () => {
    const { check } = createSizeLimits({ uploadBytes: 6_000_000, categoryBytes: {} })
    const ofCategory = 'The file has 7.0 MB (7,000,000 bytes); the limit for tweet_image is 5 MiB (5,242,880 bytes).'
    expect(() => check(7_000_000, ['tweet_image'])).toThrow(ofCategory)
    expect(() => check(7_000_000, ['tweet_video'])).toThrow('the limit for an upload is 6.0 MB (6,000,000 bytes).')
    expect(() => check(7_000_000, ['tweet_image'], 100)).toThrow('the limit for an upload is 100 bytes.')
  })
})

describe('a PNG', () => {
  const png = (bytes: number) => sampleFile('image/png', bytes)
  const inOneRequest = (bytes: number) =>
    compatClient()('POST', '/upload', form(['media_category', 'tweet_image'], ['media', png(bytes)]))
  const inBase64 = (bytes: number) => {
    const body = JSON.stringify({ media_category: 'tweet_image', media: Buffer.from(png(bytes)).toString('base64') })
    return compatClient()('POST', '/upload', { body, headers: { 'content-type': 'application/json' } })
  }

  it.each([5_200_000, 5_242_880])('of %i bytes is uploaded', async (bytes) => {
    const raw = await describedMedia(base).request('/', post(png(bytes)))
    expect(raw.status, await raw.clone().text()).toBe(201)
    const { data }: { data: { id: string } } = await raw.json()
    expect(await emulator.upload(data.id)).toMatchObject({ finalized: true, size: bytes })
    expect((await inOneRequest(bytes)).status).toBe(200)
    expect((await inBase64(bytes)).status).toBe(200)
    const client = createXMedia({ token: 't', x: base.x ?? {} })
    const answer = await client.upload({ source: png(bytes), mediaType: 'image/png', category: 'dm_image' })
    expect(answer.data.size).toBe(bytes)
  })

  it('of 5,242,881 bytes is not', async () => {
    expect(await codeOf(describedMedia(base).request('/', post(png(5_242_881))))).toEqual([413, 'too_large'])
    expect((await inOneRequest(5_242_881)).status).toBe(413)
    expect((await inBase64(5_242_881)).status).toBe(413)
  })
})
