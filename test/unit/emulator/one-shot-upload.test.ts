import { describe, expect, it } from 'vitest'
import { latin1 } from '../../../src/lib/bytes.ts'
import type { XMedia } from '../../../src/x/schemas.ts'
import { bytes, createCalls, idOf, refusal, sha256 } from '../../support/emulator-calls.ts'
import { PNG } from '../../support/image-headers.ts'
import { sampleFile } from '../../support/media.ts'

describe('the one-shot upload', () => {
  it('accepts multipart and JSON', async () => {
    const calls = createCalls()
    const fields = { media_category: 'tweet_image', media: bytes(3), additional_owners: '1,2' }
    const form = await calls.postForm('/2/media/upload', fields)
    expect(form.status).toBe(200)
    const id = await idOf(form)
    expect(await calls.emulator.upload(id)).toMatchObject({
      sha256: await sha256(bytes(3)),
      additional_owners: ['1', '2'],
      finalized: true,
    })
    const json = await calls.postJson('/2/media/upload', { media_category: 'tweet_image', media: 'aGVsbG8=' })
    expect(await json.json()).toMatchObject({ data: { size: 5, image: { image_type: 'image/jpeg' } } })
  })

  it.each([
    ['tweet_image', 'image/png', PNG],
    ['tweet_image', 'image/webp', sampleFile('image/webp', 100)],
    ['dm_image', 'image/gif', sampleFile('image/gif', 100)],
    ['tweet_video', 'video/webm', sampleFile('video/webm', 5000)],
    ['dm_video', 'video/quicktime', sampleFile('video/quicktime', 100)],
    ['subtitles', 'text/vtt', sampleFile('text/vtt', 100)],
    // Bytes that do not tell have the usual type of their category.
    ['tweet_image', 'image/jpeg', bytes(3)],
    ['tweet_gif', 'image/gif', bytes(3)],
  ])('as %s reads the type %s from bytes that come without one', async (media_category, type, media) => {
    const calls = createCalls()
    const json = await calls.postJson('/2/media/upload', {
      media_category,
      media: btoa(latin1(media, 0, media.length)),
    })
    const form = await calls.postForm('/2/media/upload', { media_category, media })
    for (const answer of [json, form]) {
      const body: { data: XMedia } = await answer.json()
      expect(body.data.image?.image_type).toBe(media_category.endsWith('_image') ? type : undefined)
      expect(await calls.emulator.upload(body.data.id)).toMatchObject({ media_type: type, size: media.length })
    }
  })

  it.each([
    ['amplify_video', { media_category: 'amplify_video', media: bytes(1) }],
    ['no category', { media: bytes(1) }],
    ['no media', { media_category: 'tweet_image' }],
    ['an unknown field', { media_category: 'tweet_image', media: bytes(1), media_type: 'image/png' }],
    ['an image above its limit', { media_category: 'tweet_image', media: new Uint8Array(5_242_881) }],
  ])('refuses %s', async (_, fields) => {
    expect((await createCalls().postForm('/2/media/upload', fields)).status).toBe(400)
  })

  it('accepts an image of the largest size, and reports its width and height', async () => {
    const media = new Uint8Array(5_242_880)
    media.set(PNG)
    const answer = await createCalls().postForm('/2/media/upload', { media_category: 'tweet_image', media })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ data: { size: 5_242_880, image: { w: 3, h: 2 } } })
  })

  it.each([
    [100, 200],
    [101, 400],
  ])('with %d additional owners answers %d', async (owners, status) => {
    const additional_owners = Array(owners).fill('1234567890123456789').join(',')
    const fields = { media_category: 'tweet_image', media: bytes(1), additional_owners }
    expect((await createCalls().postForm('/2/media/upload', fields)).status).toBe(status)
  })

  it.each(['1,@x', '', '1, 2'])(
    'refuses %j as additional owners, and says that the list is invalid',
    async (owners) => {
      const fields = { media_category: 'tweet_image', media: bytes(1), additional_owners: owners }
      const answer = await createCalls().postForm('/2/media/upload', fields)
      expect(await answer.json()).toMatchObject({
        errors: [{ message: '$.additional_owners: is not valid', parameters: { additional_owners: [owners] } }],
      })
    },
  )

  it('refuses a command when the dialect is `resource`', async () => {
    const calls = createCalls({ dialect: 'resource' })
    const query = await calls.send('POST', '/2/media/upload?command=INIT&total_bytes=1')
    expect(await query.json()).toMatchObject(refusal('The query parameter [command] is not one of []'))
    const form = await calls.postForm('/2/media/upload', { command: 'INIT', total_bytes: '1' })
    expect(await form.json()).toMatchObject(refusal('Missing media field in JSON'))
  })
})
