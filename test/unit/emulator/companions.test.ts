import { describe, expect, it } from 'vitest'
import { bytes, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('metadata', () => {
  it.each([
    [1000, 200],
    [1001, 400],
  ])('with %d characters of alternative text is answered with %d', async (length, status) => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, bytes(1))
    const text = 'a'.repeat(length)
    const answer = await calls.postJson('/2/media/metadata', { id, metadata: { alt_text: { text } } })
    expect(answer.status).toBe(status)
    expect((await calls.emulator.upload(id))?.alt_text).toBe(status === 200 ? text : undefined)
  })

  it('of an unknown id or with an unknown field is refused', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, bytes(1))
    expect((await calls.postJson('/2/media/metadata', { id: '1' })).status).toBe(400)
    expect((await calls.postJson('/2/media/metadata', { id, alt_text: { text: 'a' } })).status).toBe(400)
    expect((await calls.postJson('/2/media/metadata', { metadata: {} })).status).toBe(400)
  })
})

describe('subtitles', () => {
  it('are attached to a video and taken off again', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    const track = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const subtitles = { id: track, language_code: 'EN', display_name: 'English' }
    const added = await calls.postJson('/2/media/subtitles', { id, media_category: 'TweetVideo', subtitles })
    expect(await added.json()).toEqual({
      data: { id, media_category: 'TweetVideo', associated_subtitles: [subtitles] },
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

  it('need a video, its own category, an uploaded track and a language', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    const track = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const post = async (body: object) => {
      const good = { id, media_category: 'TweetVideo', subtitles: { id: track, language_code: 'EN' } }
      return (await calls.postJson('/2/media/subtitles', { ...good, ...body })).status
    }
    expect(await post({})).toBe(200)
    expect(await post({ id: track })).toBe(400)
    expect(await post({ media_category: 'AmplifyVideo' })).toBe(400)
    expect(await post({ media_category: 'tweet_video' })).toBe(400)
    expect(await post({ subtitles: { id, language_code: 'EN' } })).toBe(400)
    expect(await post({ subtitles: { id: track, language_code: 'en' } })).toBe(400)
  })
})

describe('a post', () => {
  const tokens = { owner: { user: '1' }, friend: { user: '2' }, stranger: { user: '3' } }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })

  it('takes media that are ready, of their owners', async () => {
    const calls = createCalls({ tokens }, 'owner')
    const id = await calls.upload({ ...VIDEO, additional_owners: ['2'] }, bytes(1))
    const post = (token: string) =>
      calls.send('POST', '/2/tweets', {
        body: JSON.stringify({ text: 'hi', media: { media_ids: [id] } }),
        headers: bearer(token),
      })
    const early = await post('owner')
    expect(early.status).toBe(400)
    expect(await early.json()).toMatchObject({
      errors: [{ parameters: { 'media.media_ids': [id] }, message: 'Your media IDs are invalid.' }],
    })
    calls.emulator.advance(3)
    expect((await post('owner')).status).toBe(201)
    expect((await post('friend')).status).toBe(201)
    expect((await post('stranger')).status).toBe(400)
    calls.emulator.advance(86_400)
    expect((await post('owner')).status).toBe(400)
  })

  it('refuses media keys, five media, and nothing at all', async () => {
    const calls = createCalls()
    const post = async (body: unknown) => (await calls.postJson('/2/tweets', body)).status
    expect(await post({ text: 'hi' })).toBe(201)
    expect(await post({})).toBe(400)
    expect(await post({ media: { media_ids: ['3_1'] } })).toBe(400)
    expect(await post({ media: { media_ids: [] } })).toBe(400)
    expect(await post({ media: { media_ids: ['1', '2', '3', '4', '5'] } })).toBe(400)
  })
})
