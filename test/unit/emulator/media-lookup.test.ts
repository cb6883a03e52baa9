import { describe, expect, it } from 'vitest'
import { bytes, type Calls, createCalls, refusal } from '../../support/emulator-calls.ts'
import { PNG } from '../../support/image-headers.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

async function lookUp(calls: Calls, path: string): Promise<unknown> {
  const answer = await calls.send('GET', `/2/media${path}`)
  expect(answer.status).toBe(200)
  return await answer.json()
}

function notFound(key: string, parameter: string): object {
  return {
    value: key,
    detail: `Could not find media with ${parameter}: [${key}].`,
    title: 'Not Found Error',
    resource_type: 'media',
    parameter,
    resource_id: key,
    type: 'https://api.x.com/2/problems/resource-not-found',
  }
}

describe('GET /2/media/:media_key', () => {
  it('tells an image’s fields that are asked for', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png' }, PNG)
    await calls.postJson('/2/media/metadata', { id, metadata: { alt_text: { text: 'A cat' } } })
    expect(await lookUp(calls, `/3_${id}`)).toEqual({ data: { media_key: `3_${id}`, type: 'photo' } })
    expect(await lookUp(calls, `/3_${id}?media.fields=alt_text,height,width,type,url,public_metrics`)).toEqual({
      data: { media_key: `3_${id}`, type: 'photo', alt_text: 'A cat', width: 3, height: 2 },
    })
  })

  it.each([
    ['image/gif', 'tweet_gif', '16', 'animated_gif'],
    ['video/mp4', 'amplify_video', '13', 'video'],
  ])(
    'finds %s as %s from the end of its processing until it expires',
    async (media_type, media_category, prefix, type) => {
      const calls = createCalls({ expiresAfterSecs: 10 })
      const id = await calls.upload({ media_type, media_category }, bytes(1))
      const key = `${prefix}_${id}`
      const missing = { errors: [notFound(key, 'media_key')] }
      calls.emulator.advance(2)
      expect(await lookUp(calls, `/${key}`)).toEqual(missing)
      calls.emulator.advance(1)
      expect(await lookUp(calls, `/${key}?media.fields=public_metrics`)).toEqual({
        data: { media_key: key, type, public_metrics: { view_count: 0 } },
      })
      calls.emulator.advance(7)
      expect(await lookUp(calls, `/${key}`)).toEqual(missing)
    },
  )

  it('finds neither subtitles nor an upload that is not finalized', async () => {
    const calls = createCalls()
    const file = await calls.upload({ media_type: 'text/srt', media_category: 'subtitles' }, bytes(1))
    const open = await calls.initialize(VIDEO)
    expect(await lookUp(calls, `/7_${file}`)).toHaveProperty('errors')
    expect(await lookUp(calls, `/7_${open}`)).toHaveProperty('errors')
  })

  it.each([
    '/abc',
    '/7_',
    '/1?media.fields=height',
    '/7_1?media.fields=size',
    '/7_1?media.fields=height,height',
    '/7_1?x=1',
  ])('refuses %s', async (path) => {
    expect((await createCalls().send('GET', `/2/media${path}`)).status).toBe(400)
  })
})

describe('GET /2/media', () => {
  it('tells the media it finds, and an error for each other one', async () => {
    const calls = createCalls()
    const first = await calls.upload({ media_type: 'image/png' }, PNG)
    const second = await calls.upload({ media_type: 'image/png', media_category: 'dm_image' }, PNG)
    expect(await lookUp(calls, `?media_keys=3_${second},7_1,3_${first}&media.fields=width`)).toEqual({
      data: [
        { media_key: `3_${second}`, type: 'photo', width: 3 },
        { media_key: `3_${first}`, type: 'photo', width: 3 },
      ],
      errors: [notFound('7_1', 'media_keys')],
    })
    expect(await lookUp(calls, '?media_keys=7_1')).toEqual({ errors: [notFound('7_1', 'media_keys')] })
    expect(calls.emulator.requests().counts.lookup).toBe(2)
  })

  it.each([
    [0, 400],
    [1, 200],
    [100, 200],
    [101, 400],
  ])('answers %d keys with %d', async (keys, status) => {
    const media_keys = Array(keys).fill('7_1').join(',')
    expect((await createCalls().send('GET', `/2/media?media_keys=${media_keys}`)).status).toBe(status)
  })

  it('needs the keys', async () => {
    expect(await (await createCalls().send('GET', '/2/media')).json()).toMatchObject(
      refusal('$.media_keys: is missing but it is required'),
    )
  })

  it.each([
    ['reader', 200],
    ['app', 200],
    ['uploader', 403],
    ['unknown', 401],
  ])('answers the token of the %s with %d', async (token, status) => {
    const tokens = { reader: { scopes: ['tweet.read'] }, app: { appOnly: true }, uploader: { scopes: ['media.write'] } }
    expect((await createCalls({ tokens }, token).send('GET', '/2/media?media_keys=7_1')).status).toBe(status)
  })

  it('can be faulty', async () => {
    const calls = createCalls({ faults: [{ step: 'lookup', kind: 'error', status: 429 }] })
    expect((await calls.send('GET', '/2/media?media_keys=7_1')).status).toBe(429)
    expect((await calls.send('GET', '/2/media/7_1')).status).toBe(200)
  })
})
