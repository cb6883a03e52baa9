import { describe, expect, it } from 'vitest'
import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import type { XProcessingInfo } from '../../../src/x/schemas.ts'
import { createCheckedCalls } from '../../support/checked-calls.ts'
import { bytes, type Calls, idOf } from '../../support/emulator-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { readFixture } from '../../support/media-fixtures.ts'
import { movieWithTables } from '../../support/mp4-boxes.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

type Bytes = Uint8Array<ArrayBuffer>

const failed = (error: NonNullable<XProcessingInfo['error']>): XProcessingInfo => ({
  state: 'failed',
  progress_percent: 100,
  error,
})
const unsupported = (message: string) => ({ code: 3, name: 'UnsupportedMedia', message })

const SUCCEEDED: XProcessingInfo = { state: 'succeeded', progress_percent: 100 }
const INVALID = failed({ code: 1, name: 'InvalidMedia', message: 'file is invalid' })
const UNSUPPORTED = failed(unsupported('file is currently unsupported'))
const LARGE_GOP: XProcessingInfo = {
  state: 'in_progress',
  progress_percent: 99,
  error: unsupported('Video GOP is too large. Largest number of frames allowed in one GOP: 512'),
}
const STILL_GIF: XProcessingInfo = {
  state: 'failed',
  progress_percent: 99,
  error: { code: 1, name: 'InvalidMedia' },
}

/** How the processing of each real video that X does not take ends. */
const REFUSED: Readonly<Record<string, XProcessingInfo>> = {
  'audio-only.m4a': INVALID,
  'audio-only.mpegts': INVALID,
  'audio-only.webm': INVALID,
  '10-bit-422.mp4': UNSUPPORTED,
  'chroma-400.mp4': UNSUPPORTED,
  'chroma-422.mp4': UNSUPPORTED,
  'chroma-444.mp4': UNSUPPORTED,
  'chroma-444.mpegts': UNSUPPORTED,
  'hevc-10-bit-422.mp4': UNSUPPORTED,
  'rgb.mp4': UNSUPPORTED,
  'vp9-444.webm': UNSUPPORTED,
  'he-aac.mp4': UNSUPPORTED,
  'he-aac-2.mp4': UNSUPPORTED,
  'he-aac-extension.mp4': UNSUPPORTED,
  'surround.mp4': UNSUPPORTED,
  'surround-side.mp4': UNSUPPORTED,
  'surround.mpegts': UNSUPPORTED,
  'gop-513.mp4': LARGE_GOP,
  'gop-600.mp4': LARGE_GOP,
  'long.mp4': failed(unsupported('Duration 21.minutes exceeds max duration of 20.minutes')),
}

const TYPES: Readonly<Record<string, string>> = {
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/webm',
  mpegts: 'video/mp2t',
  m2ts: 'video/mp2t',
}

/** The type that clients declare for such a file. */
function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'video/mp4'
}

function createX(options: EmulatorOptions = {}): Calls {
  return createCheckedCalls({ mediaRules: true, ...options }).calls
}

async function processingOf(calls: Calls, id: string): Promise<XProcessingInfo> {
  const body: { data: { processing_info: XProcessingInfo } } = await (await calls.status(id)).json()
  return body.data.processing_info
}

/** Uploads a file, and says how its processing ends. */
async function processed(calls: Calls, media_category: string, media_type: string, file: Bytes) {
  const id = await calls.upload({ media_type, media_category }, file)
  calls.emulator.advance(3)
  return processingOf(calls, id)
}

async function statusOfPost(calls: Calls, id: string): Promise<number> {
  return (await calls.postJson('/2/tweets', { text: 'hi', media: { media_ids: [id] } })).status
}

describe('processing ends as X’s', () => {
  it.each(videoFixtures().map(({ name }) => [name, (REFUSED[name] ?? SUCCEEDED).state, name] as const))(
    'for %s: %s',
    async (name) => {
      expect(await processed(createX(), 'tweet_video', typeOf(name), readVideoFixture(name))).toEqual(
        REFUSED[name] ?? SUCCEEDED,
      )
    },
  )

  it.each([
    ['gif-still.gif', 'tweet_gif', STILL_GIF],
    ['gif-still.gif', 'dm_gif', STILL_GIF],
    ['gif-once.gif', 'tweet_gif', SUCCEEDED],
    ['gif-endless.gif', 'dm_gif', SUCCEEDED],
  ] as const)('for %s as %s', async (name, category, ending) => {
    expect(await processed(createX(), category, 'image/gif', readFixture(`media-facts/${name}`))).toEqual(ending)
  })

  it.each([
    ['video/mp4', 'tweet_video', 'bytes that are no media', bytes(5000)],
    ['video/webm', 'dm_video', 'fewer bytes than any format has', bytes(3)],
    ['image/gif', 'tweet_gif', 'bytes that are no media', bytes(5000)],
    ['video/mp4', 'tweet_video', 'a picture', readFixture('media-facts/png-rgb.png')],
    ['video/mp4', 'tweet_video', 'a HEIF picture', readFixture('media-facts/avif-sharp.avif')],
    ['video/mp4', 'tweet_video', 'a GIF', readFixture('media-facts/gif-endless.gif')],
    ['image/gif', 'tweet_gif', 'a video', readVideoFixture('moov-first.mp4')],
  ])('for what is declared as %s for %s, but is %s', async (type, category, _, file) => {
    expect(await processed(createX(), category, type, file)).toEqual(INVALID)
  })

  it.each([
    ['a video that is cut off before its tables', 'video/mp4', readVideoFixture('moov-last.mp4').slice(0, 2000)],
    ['a video of which only the first bytes are one', 'video/mp4', sampleFile('video/mp4', 5000)],
    ['a transport stream without a program', 'video/mp2t', sampleFile('video/mp2t', 5000)],
    ['a 3D model', 'model/gltf-binary', sampleFile('model/gltf-binary', 100)],
  ])('in success for %s, which does not tell what X would refuse', async (_, type, file) => {
    expect(await processed(createX(), 'tweet_video', type, file)).toEqual(SUCCEEDED)
  })

  it('after the usual time, and then for good', async () => {
    const calls = createX()
    const fields = { media_type: 'video/mp4', media_category: 'tweet_video' }
    const id = await calls.upload(fields, readVideoFixture('gop-600.mp4'))
    expect(await processingOf(calls, id)).toEqual({ state: 'pending', check_after_secs: 1 })
    calls.emulator.advance(2)
    expect(await processingOf(calls, id)).toEqual({ state: 'in_progress', progress_percent: 50, check_after_secs: 1 })
    calls.emulator.advance(1)
    expect(await processingOf(calls, id)).toEqual(LARGE_GOP)
    calls.emulator.advance(3600)
    expect(await processingOf(calls, id)).toEqual(LARGE_GOP)
    expect(await statusOfPost(calls, id)).toBe(400)
  })

  it('for segments that come in any order, and for the last bytes under an index', async () => {
    const calls = createX()
    const file = readVideoFixture('gop-600.mp4')
    const fields = { media_type: 'video/mp4', media_category: 'tweet_video', total_bytes: file.length }
    const id = await calls.initialize(fields)
    await calls.append(id, 0, bytes(1000))
    for (const index of [3, 1, 2, 0]) {
      const end = index === 3 ? file.length : (index + 1) * 1000
      await calls.append(id, index, file.slice(index * 1000, end))
    }
    await calls.finalize(id)
    calls.emulator.advance(3)
    expect(await processingOf(calls, id)).toEqual(LARGE_GOP)
  })

  it('for one-shot uploads', async () => {
    const calls = createX()
    const media = readVideoFixture('chroma-444.mp4')
    const id = await idOf(await calls.postForm('/2/media/upload', { media_category: 'tweet_video', media }))
    calls.emulator.advance(3)
    expect(await processingOf(calls, id)).toEqual(UNSUPPORTED)
  })

  it('but as a fault says, if there is one', async () => {
    const error = { code: 2, name: 'Other' }
    const calls = createX({ faults: [{ step: 'finalize', kind: 'processing_failed', error }] })
    expect(await processed(calls, 'tweet_video', 'video/mp4', readVideoFixture('rgb.mp4'))).toEqual(failed(error))
  })

  it('in success for all files when the rules are off', async () => {
    const calls = createX({ mediaRules: false })
    const files = [readVideoFixture('audio-only.m4a'), readVideoFixture('gop-600.mp4'), bytes(5000)]
    for (const file of files) expect(await processed(calls, 'tweet_video', 'video/mp4', file)).toEqual(SUCCEEDED)
    expect(await processed(calls, 'tweet_gif', 'image/gif', readFixture('media-facts/gif-still.gif'))).toEqual(
      SUCCEEDED,
    )
  })

  it('not at all for images: a still GIF is one', async () => {
    const calls = createX()
    const fields = { media_type: 'image/gif', media_category: 'tweet_image' }
    const id = await calls.upload(fields, readFixture('media-facts/gif-still.gif'))
    expect((await calls.status(id)).status).toBe(400)
    expect(await statusOfPost(calls, id)).toBe(201)
  })
})

describe('the length of a video', () => {
  const exceeds = (actual: string, max: string) =>
    failed(unsupported(`Duration ${actual} exceeds max duration of ${max}`))

  it.each([
    ['tweet_video', 'ordinary', 1200, SUCCEEDED],
    ['tweet_video', 'ordinary', 1201, exceeds('20.minutes+1.seconds', '20.minutes')],
    ['amplify_video', 'ordinary', 1260, exceeds('21.minutes', '20.minutes')],
    ['dm_video', 'ordinary', 140, SUCCEEDED],
    ['dm_video', 'ordinary', 141, exceeds('2.minutes+21.seconds', '2.minutes+20.seconds')],
    ['dm_video', 'ordinary', 149.35, exceeds('2.minutes+29.seconds+350.milliseconds', '2.minutes+20.seconds')],
    ['tweet_video', 'premium', 7500, SUCCEEDED],
    ['tweet_video', 'premium', 7501, exceeds('2.hours+5.minutes+1.seconds', '2.hours+5.minutes')],
    ['dm_video', 'premium', 600, SUCCEEDED],
    ['dm_video', 'premium', 601, exceeds('10.minutes+1.seconds', '10.minutes')],
    ['tweet_video', 'ordinary', 0.5, SUCCEEDED],
    ['tweet_video', 'ordinary', 0.4, UNSUPPORTED],
  ] as const)('has limits: as %s of an account that is %s, %d s end in %j', async (category, account, secs, ending) => {
    expect(await processed(createX({ account }), category, 'video/mp4', movieOf(secs))).toEqual(ending)
  })

  it('has the limits of the user who uploads, whichever token is used', async () => {
    const tokens = { a: { user: '1' }, b: { user: '1', account: 'premium' }, c: { user: '2' } } as const
    const endingWith = (token: string) =>
      processed(
        createCheckedCalls({ mediaRules: true, tokens }, token).calls,
        'tweet_video',
        'video/mp4',
        movieOf(1201),
      )
    expect(await endingWith('a')).toEqual(SUCCEEDED)
    expect(await endingWith('b')).toEqual(SUCCEEDED)
    expect(await endingWith('c')).toMatchObject({ state: 'failed' })
  })

  /** A video of 250 frames. */
  function movieOf(secs: number): Bytes {
    return movieWithTables(secs, 250 / secs)
  }
})
