import { describe, expect, it } from 'vitest'
import { bytes, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('a post', () => {
  const tokens = { owner: { user: '1' }, additionalOwner: { user: '2' }, stranger: { user: '3' } }
  const headersFor = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })

  it('accepts media of its owners from the end of processing until they expire', async () => {
    const calls = createCalls({ tokens }, 'owner')
    const id = await calls.upload({ ...VIDEO, additional_owners: ['2'] }, bytes(1))
    const post = (token: string) =>
      calls.send('POST', '/2/tweets', {
        body: JSON.stringify({ text: 'hi', media: { media_ids: [id] } }),
        headers: headersFor(token),
      })
    const early = await post('owner')
    expect(early.status).toBe(400)
    expect(await early.json()).toMatchObject({
      errors: [{ parameters: { 'media.media_ids': [id] }, message: 'Your media IDs are invalid.' }],
    })
    calls.emulator.advance(3)
    expect((await post('owner')).status).toBe(201)
    expect((await post('additionalOwner')).status).toBe(201)
    expect((await post('stranger')).status).toBe(400)
    calls.emulator.advance(86_400)
    expect((await post('owner')).status).toBe(400)
  })

  it('needs text or media, and accepts one to four media ids', async () => {
    const calls = createCalls()
    const post = async (body: unknown) => (await calls.postJson('/2/tweets', body)).status
    expect(await post({ text: 'hi' })).toBe(201)
    expect(await post({})).toBe(400)
    expect(await post({ media: { media_ids: ['3_1'] } })).toBe(400)
    expect(await post({ media: { media_ids: [] } })).toBe(400)
    expect(await post({ media: { media_ids: ['1', '2', '3', '4', '5'] } })).toBe(400)
  })
})
