import { describe, expect, it } from 'vitest'
import { createCheckedCalls } from '../../support/checked-calls.ts'
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

  it('refuses the same text twice in a row by one user, as X does, but not the same answer to another post', async () => {
    const calls = createCalls({ tokens }, 'owner')
    const post = (body: object, token = 'owner') =>
      calls.send('POST', '/2/tweets', { body: JSON.stringify(body), headers: headersFor(token) })
    expect((await post({ text: 'hi' })).status).toBe(201)
    const duplicate = await post({ text: 'hi' })
    expect(duplicate.status).toBe(403)
    expect(await duplicate.json()).toEqual({
      ...{ title: 'Forbidden', type: 'about:blank', status: 403 },
      detail: 'You are not allowed to create a Tweet with duplicate content.',
    })
    expect((await post({ text: 'hi' }, 'stranger')).status).toBe(201)
    for (const to of ['1', '2']) {
      expect((await post({ text: 'hi', reply: { in_reply_to_tweet_id: to } })).status).toBe(201)
    }
    expect((await post({ text: 'hi', reply: { in_reply_to_tweet_id: '2' } })).status).toBe(403)
  })

  it('may have media alone, again and again', async () => {
    const calls = createCalls()
    const media_ids = [await calls.upload({ media_type: 'image/png', media_category: 'tweet_image' }, bytes(1))]
    for (const _ of ['first', 'second']) {
      expect((await calls.postJson('/2/tweets', { media: { media_ids } })).status).toBe(201)
    }
  })

  it.each([
    [{ reply: { in_reply_to_tweet_id: '1', exclude_reply_user_ids: ['2'], auto_populate_reply_metadata: true } }],
    [{ reply_settings: 'following' }],
    [{ reply_settings: 'mentionedUsers' }],
    [{ reply_settings: 'subscribers' }],
    [{ reply_settings: 'verified' }],
    [{ quote_tweet_id: '1234567890123456789' }],
    [{ made_with_ai: true, paid_partnership: false, for_super_followers_only: false, share_with_followers: true }],
    [{ nullcast: false, card_uri: 'card://1', direct_message_deep_link: 'https://x.com/', community_id: '1' }],
    [{ geo: { place_id: 'abc' }, edit_options: { previous_post_id: '1' } }],
    [{ poll: { options: ['a', 'b'.repeat(25)], duration_minutes: 5 } }],
    [{ poll: { options: ['a', 'b', 'c', 'd'], duration_minutes: 10_080, reply_settings: 'verified' } }],
  ])('accepts %j', async (members) => {
    const answer = await createCalls().postJson('/2/tweets', { text: 'hi', ...members })
    expect(answer.status).toBe(201)
  })

  it.each([
    [{ reply: {} }],
    [{ reply: { in_reply_to_tweet_id: 1 } }],
    [{ reply: { in_reply_to_tweet_id: '1', to: '2' } }],
    [{ reply_settings: 'everyone' }],
    [{ quote_tweet_id: '12345678901234567890' }],
    [{ made_with_ai: 'true' }],
    [{ poll: { options: ['a'], duration_minutes: 5 } }],
    [{ poll: { options: ['a', 'b', 'c', 'd', 'e'], duration_minutes: 5 } }],
    [{ poll: { options: ['a', ''], duration_minutes: 5 } }],
    [{ poll: { options: ['a', 'b'.repeat(26)], duration_minutes: 5 } }],
    [{ poll: { options: ['a', 'b'], duration_minutes: 4 } }],
    [{ poll: { options: ['a', 'b'], duration_minutes: 10_081 } }],
    [{ poll: { options: ['a', 'b'] } }],
    [{ geo: {} }],
    [{ status: 'hi' }],
  ])('refuses %j', async (members) => {
    const answer = await createCalls().postJson('/2/tweets', { text: 'hi', ...members })
    expect(answer.status).toBe(400)
  })

  it('accepts all members of media, and refuses unknown ones', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, bytes(1))
    const post = async (members: object) =>
      (await calls.postJson('/2/tweets', { media: { media_ids: [id], ...members } })).status
    expect(
      await post({
        tagged_user_ids: Array(10).fill('1'),
        preview_media_id: id,
        title: 'A cat',
        description: 'It sleeps',
        embeddable: true,
        call_to_actions: { visit_site: { url: 'https://x.com/' }, app_install: { play_store_id: 'com.x' } },
      }),
    ).toBe(201)
    expect(await post({ tagged_user_ids: Array(11).fill('1') })).toBe(400)
    expect(await post({ call_to_actions: { watch_now: {} } })).toBe(400)
    expect(await post({ alt_text: 'A cat' })).toBe(400)
  })

  it('is found by its id, also with the app’s own token', async () => {
    const { calls } = createCheckedCalls({ tokens: { owner: {}, app: { appOnly: true } } }, 'owner')
    const created = await calls.postJson('/2/tweets', { text: 'hi' })
    const { data } = await created.json()
    expect(data).toMatchObject({ text: 'hi', edit_history_tweet_ids: [data.id] })
    for (const authorization of ['Bearer owner', 'Bearer app']) {
      const path = `/2/tweets/${data.id}?tweet.fields=author_id&expansions=author_id`
      const found = await calls.send('GET', path, { headers: { authorization } })
      expect([found.status, await found.json()]).toEqual([200, { data }])
    }
    const unknown = await calls.send('GET', '/2/tweets/1')
    const error = { title: 'Not Found Error', detail: 'Could not find tweet with id: [1].', resource_type: 'tweet' }
    expect([unknown.status, await unknown.json()]).toMatchObject([200, { errors: [error] }])
    expect((await calls.send('GET', '/2/tweets/x')).status).toBe(400)
    expect((await calls.send('GET', '/2/tweets/1', { headers: { authorization: 'Bearer x' } })).status).toBe(401)
  })
})
