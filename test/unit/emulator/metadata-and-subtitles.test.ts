import { describe, expect, it } from 'vitest'
import { bytes, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('metadata', () => {
  it.each([
    [1000, 200],
    [1001, 400],
  ])('with an alt text of %d characters gets %d', async (length, status) => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, bytes(1))
    const text = 'a'.repeat(length)
    const answer = await calls.postJson('/2/media/metadata', { id, metadata: { alt_text: { text } } })
    expect(answer.status).toBe(status)
    expect((await calls.emulator.upload(id))?.alt_text).toBe(status === 200 ? text : undefined)
  })

  it('is refused without an id, for an unknown id, and with an unknown field', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, bytes(1))
    expect((await calls.postJson('/2/media/metadata', { id: '1' })).status).toBe(400)
    expect((await calls.postJson('/2/media/metadata', { id, alt_text: { text: 'a' } })).status).toBe(400)
    expect((await calls.postJson('/2/media/metadata', { metadata: {} })).status).toBe(400)
  })
})

describe('subtitles', () => {
  it('can be added to a video and deleted', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    const file = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const subtitles = { id: file, language_code: 'EN', display_name: 'English' }
    const added = await calls.postJson('/2/media/subtitles', { id, media_category: 'TweetVideo', subtitles })
    expect(await added.json()).toEqual({
      data: { id, media_category: 'TweetVideo', associated_subtitles: subtitles },
    })
    const remove = () =>
      calls.send('DELETE', '/2/media/subtitles', {
        body: JSON.stringify({ id, media_category: 'TweetVideo', language_code: 'EN' }),
        headers: { 'content-type': 'application/json' },
      })
    expect(await (await remove()).json()).toEqual({ data: { deleted: true } })
    expect(await (await remove()).json()).toEqual({ data: { deleted: false } })
    expect((await calls.emulator.upload(id))?.subtitles).toEqual([])
  })

  it('need a video, the video’s own category, an uploaded subtitle file and a valid language', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    const file = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const post = async (changes: object) => {
      const valid = { id, media_category: 'TweetVideo', subtitles: { id: file, language_code: 'EN' } }
      return (await calls.postJson('/2/media/subtitles', { ...valid, ...changes })).status
    }
    expect(await post({})).toBe(200)
    expect(await post({ id: file })).toBe(400)
    expect(await post({ media_category: 'AmplifyVideo' })).toBe(400)
    expect(await post({ media_category: 'tweet_video' })).toBe(400)
    expect(await post({ subtitles: { id, language_code: 'EN' } })).toBe(400)
    expect(await post({ subtitles: { id: file, language_code: 'en' } })).toBe(400)
  })
})
