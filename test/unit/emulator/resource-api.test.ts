import { describe, expect, it } from 'vitest'
import { MEDIA_CATEGORIES } from '../../../src/x/limits.ts'
import { bytes, createCalls, idOf, refusal, sha256 } from '../../support/emulator-calls.ts'
import { PNG } from '../../support/image-headers.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('a resource-generation upload', () => {
  it('goes from initialize to the end of processing as the clock advances', async () => {
    const calls = createCalls()
    const started = await calls.postJson('/2/media/upload/initialize', { ...VIDEO, total_bytes: 8 })
    expect(started.status).toBe(200)
    const id = await idOf(started.clone())
    expect(await started.json()).toEqual({ data: { id, media_key: `7_${id}`, expires_after_secs: 86_400 } })

    // Parallel segments may arrive out of order.
    const second = await calls.append(id, 1, bytes(5).subarray(3))
    expect(second.status).toBe(200)
    expect(await second.json()).toEqual({ data: { expires_at: 1_790_086_400 } })
    await calls.append(id, 0, bytes(6))

    const finalized = await calls.finalize(id)
    expect(finalized.status).toBe(200)
    expect(await finalized.json()).toEqual({
      data: {
        id,
        media_key: `7_${id}`,
        size: 8,
        expires_after_secs: 86_400,
        processing_info: { state: 'pending', check_after_secs: 1 },
      },
    })
    calls.emulator.advance(2)
    expect(await (await calls.status(id)).json()).toMatchObject({
      data: {
        expires_after_secs: 86_398,
        processing_info: { state: 'in_progress', progress_percent: 50, check_after_secs: 1 },
      },
    })
    calls.emulator.advance(1)
    expect(await (await calls.status(id)).json()).toMatchObject({
      data: { processing_info: { state: 'succeeded', progress_percent: 100 } },
    })
    expect(await calls.emulator.upload(id)).toMatchObject({
      state: 'succeeded',
      sha256: await sha256(new Uint8Array([...bytes(6), ...bytes(5).subarray(3)])),
      segments: [
        { index: 0, size: 6 },
        { index: 1, size: 2 },
      ],
    })
    expect(calls.emulator.violations()).toEqual([])
  })

  it('has an id that is too large for a JavaScript number', async () => {
    const id = await createCalls().initialize({ total_bytes: 1 })
    expect(id).toMatch(/^[0-9]{19}$/)
    expect(String(Number(id))).not.toBe(id)
  })

  it.each([
    ['image/png', undefined, '3_', 86_400],
    ['image/gif', undefined, '16_', 86_400],
    ['video/mp4', undefined, '7_', 86_400],
    ['video/mp4', 'amplify_video', '13_', 1_296_000],
  ])(
    'of %s with category %s has a media key that starts with %s, and expires after %d s',
    async (media_type, media_category, prefix, expires_after_secs) => {
      const answer = await createCalls().postJson('/2/media/upload/initialize', { media_type, media_category })
      const id = await idOf(answer.clone())
      expect(await answer.json()).toEqual({ data: { id, media_key: prefix + id, expires_after_secs } })
    },
  )

  it('of an image has no processing and no status', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ media_type: 'image/png', total_bytes: PNG.length })
    // The header of the image is in two segments.
    await calls.append(id, 0, PNG.slice(0, 20))
    await calls.append(id, 1, PNG.slice(20))
    const body: { data: object } = await (await calls.finalize(id)).json()
    expect(body.data).toMatchObject({ image: { image_type: 'image/png', w: 3, h: 2 } })
    expect(body.data).not.toHaveProperty('processing_info')
    const status = await calls.status(id)
    expect(status.status).toBe(400)
    expect(await status.json()).toMatchObject(refusal('BadRequest: Not found'))
  })

  it('of a PNG as a video is accepted, and fails in processing', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png', media_category: 'amplify_video' }, bytes(3))
    calls.emulator.advance(3)
    expect(await (await calls.status(id)).json()).toMatchObject({
      data: { processing_info: { state: 'failed', error: { code: 1, name: 'InvalidMedia' } } },
    })
  })

  it('accepts segments as base64 in JSON', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 5 })
    const path = `/2/media/upload/${id}/append`
    expect((await calls.postJson(path, { media: 'aGVsbG8=', segment_index: 0 })).status).toBe(200)
    expect((await calls.postJson(path, { media: 'not base64', segment_index: 0 })).status).toBe(400)
    expect((await calls.postJson(path, { media: 'aGVsbG8=', segment_index: '0' })).status).toBe(400)
    expect((await calls.emulator.upload(id))?.sha256).toBe(await sha256(new TextEncoder().encode('hello')))
  })

  it.each([
    ['{}', 200],
    ['[]', 400],
    ['null', 400],
    ['{"command":"FINALIZE"}', 400],
    ['{', 400],
  ])('answers FINALIZE with the body %s with %d', async (body, status) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const headers = { 'content-type': 'application/json' }
    expect((await calls.send('POST', `/2/media/upload/${id}/finalize`, { body, headers })).status).toBe(status)
  })

  it('accepts a FINALIZE that declares JSON but has no body, as X’s own SDK sends it', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const headers = { 'content-type': 'application/json' }
    expect((await calls.send('POST', `/2/media/upload/${id}/finalize`, { headers })).status).toBe(200)
  })
})

describe('initialize refuses', () => {
  it.each([
    [{ media_type: 'application/octet-stream' }],
    [{ media_category: 'tweet_sound' }],
    [{ total_bytes: -1 }],
    [{ total_bytes: 1.5 }],
    [{ total_bytes: '1' }],
    [{ total_bytes: 17_179_869_185 }],
    [{ additional_owners: '1,2' }],
    [{ additional_owners: ['12345678901234567890'] }],
    [{ additional_owners: [''] }],
    [{ additional_owners: Array(101).fill('1') }],
    [{ shared: 'true' }],
  ])('%j', async (fields) => {
    expect((await createCalls().postJson('/2/media/upload/initialize', fields)).status).toBe(400)
  })

  it('an unknown field, and logs a violation', async () => {
    const calls = createCalls()
    const answer = await calls.postJson('/2/media/upload/initialize', { command: 'INIT', total_bytes: 1 })
    expect(answer.status).toBe(400)
    expect(calls.emulator.violations()).toMatchObject([
      { kind: 'unknown_field', step: 'initialize', detail: 'command' },
    ])
  })

  it('a query parameter', async () => {
    const answer = await createCalls().postJson('/2/media/upload/initialize?total_bytes=1', {})
    expect(await answer.json()).toMatchObject(refusal('The query parameter [total_bytes] is not one of []'))
  })

  it.each([
    ['{', 'Request body is not valid JSON.'],
    ['[]', 'Request body must be a JSON object.'],
    ['', 'Request body must be a JSON object.'],
  ])('the JSON body %j', async (body, message) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await createCalls().send('POST', '/2/media/upload/initialize', { body, headers })
    expect(await answer.json()).toMatchObject(refusal(message))
  })

  it('a form', async () => {
    const answer = await createCalls().postForm('/2/media/upload/initialize', { total_bytes: '1' })
    expect(await answer.json()).toMatchObject(
      refusal('Requests with bodies must have content-type of application/json.'),
    )
  })
})

describe('initialize accepts', () => {
  it.each<[fields: object]>([
    [{}],
    [{ total_bytes: 0 }],
    [{ additional_owners: ['1', '1234567890123456789'], shared: true }],
    [{ additional_owners: Array(100).fill('1') }],
    ...MEDIA_CATEGORIES.map((media_category): [object] => [{ media_category }]),
  ])('%j', async (fields) => {
    expect((await createCalls().postJson('/2/media/upload/initialize', fields)).status).toBe(200)
  })

  it.each<[string, string, number, number]>([
    ['image/png', 'tweet_image', 5_242_880, 5_242_880],
    ['image/png', 'dm_image', 5_242_880, 5_242_880],
    ['image/gif', 'tweet_gif', 15_728_640, 15_728_640],
    ['image/gif', 'dm_gif', 15_728_640, 15_728_640],
    ['video/mp4', 'dm_video', 536_870_912, 1_073_741_824],
    ['video/mp4', 'tweet_video', 8_589_934_592, 17_179_869_184],
    ['video/mp4', 'amplify_video', 8_589_934_592, 17_179_869_184],
    ['text/srt', 'subtitles', 1_000_000, 1_000_000],
  ])('%s as %s up to %d bytes, and with Premium up to %d', async (media_type, media_category, limit, premiumLimit) => {
    const initialize = async (total_bytes: number, account: 'ordinary' | 'premium') => {
      const calls = createCalls({ account })
      const answer = await calls.postJson('/2/media/upload/initialize', { media_type, media_category, total_bytes })
      return answer.status
    }
    const around = (bytes: number, account: 'ordinary' | 'premium') =>
      Promise.all([initialize(bytes, account), initialize(bytes + 1, account)])
    expect(await around(limit, 'ordinary')).toEqual([200, 400])
    expect(await around(premiumLimit, 'premium')).toEqual([200, 400])
  })

  it('any size up to 16 GiB when sizes are not enforced', async () => {
    const calls = createCalls({ enforceSizes: false })
    const fields = { media_type: 'image/png', total_bytes: 17_179_869_184 }
    expect((await calls.postJson('/2/media/upload/initialize', fields)).status).toBe(200)
  })
})
