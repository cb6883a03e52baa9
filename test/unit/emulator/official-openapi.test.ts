import { describe, expect, it } from 'vitest'
import { createCheckedCalls } from '../../support/checked-calls.ts'
import { bytes, idOf } from '../../support/emulator-calls.ts'
import { PNG } from '../../support/image-headers.ts'

describe('the emulator’s answers are as X’s OpenAPI says', () => {
  it('for an upload, its status, its metadata, its subtitles and its post', async () => {
    const { calls, statuses } = createCheckedCalls()
    const video = await calls.upload({ media_type: 'video/mp4', media_category: 'tweet_video' }, bytes(1))
    await calls.status(video)
    const image = await calls.upload({ media_type: 'image/png' }, PNG)
    await calls.postJson('/2/media/metadata', { id: image, metadata: { alt_text: { text: 'A cat' } } })
    const file = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const subtitles = { id: file, language_code: 'EN', display_name: 'English' }
    const added = await calls.postJson('/2/media/subtitles', { id: video, media_category: 'TweetVideo', subtitles })
    // The specification has had an object there since 2.167; older ones had an array.
    expect(await added.json()).toMatchObject({ data: { associated_subtitles: subtitles } })
    await calls.send('DELETE', '/2/media/subtitles', {
      body: JSON.stringify({ id: video, media_category: 'TweetVideo', language_code: 'EN' }),
      headers: { 'content-type': 'application/json' },
    })
    calls.emulator.advance(3)
    await calls.status(video)
    await calls.send('GET', `/2/media/3_${image}?media.fields=alt_text,width,height`)
    await calls.send('GET', `/2/media?media_keys=3_${image},7_${video},7_1&media.fields=public_metrics`)
    await calls.postJson('/2/tweets', { text: 'hi', media: { media_ids: [video] } })
    await idOf(await calls.postForm('/2/media/upload', { media_category: 'dm_image', media: PNG }))
    expect(statuses).toHaveLength(18)
    expect(statuses.filter((status) => status >= 400)).toEqual([])
  })

  it('for refusals and faults', async () => {
    const tokens = { token: {}, app: { appOnly: true } }
    const { calls, statuses } = createCheckedCalls({
      tokens,
      faults: [
        { step: 'post', kind: 'error', status: 402 },
        { step: 'post', kind: 'error', body: 'spend_cap' },
        { step: 'post', kind: 'error', status: 429 },
      ],
    })
    const refused = { authorization: 'Bearer wrong' }
    await calls.send('POST', '/2/media/upload/initialize', { headers: refused })
    await calls.send('POST', '/2/media/upload/1/finalize', { headers: { authorization: 'Bearer app' } })
    await calls.status('1')
    await calls.postJson('/2/media/upload/initialize', { strange: 1 })
    for (let post = 0; post < 3; post++) await calls.postJson('/2/tweets', { text: 'hi' })
    expect(statuses).toEqual([401, 403, 400, 400, 402, 403, 429])
  })
})
