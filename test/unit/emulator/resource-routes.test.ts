import { describe, expect, it } from 'vitest'
import { bytes, callsTo, createCalls, idOf, refusal, sha256 } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }
const DOES_NOT_ADD_UP = 'Segments do not add up to provided total file size.'

describe('a resource-generation upload', () => {
  it('goes from initialize to succeeded by the clock', async () => {
    const calls = createCalls()
    const started = await calls.postJson('/2/media/upload/initialize', { ...VIDEO, total_bytes: 8 })
    expect(started.status).toBe(200)
    const id = await idOf(started.clone())
    expect(await started.json()).toEqual({ data: { id, media_key: `7_${id}`, expires_after_secs: 86_400 } })

    // Out of order, as parallel segments arrive.
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

  it('has an id that does not survive being read as a number', async () => {
    const id = await createCalls().initialize({ total_bytes: 1 })
    expect(id).toMatch(/^[0-9]{19}$/)
    expect(String(Number(id))).not.toBe(id)
  })

  it.each([
    ['image/png', undefined, '3_', 86_400],
    ['image/gif', undefined, '16_', 86_400],
    ['video/mp4', undefined, '7_', 86_400],
    ['video/mp4', 'amplify_video', '13_', 1_296_000],
  ])('of %s as %s has media key %s and lives %d s', async (media_type, media_category, prefix, expires_after_secs) => {
    const answer = await createCalls().postJson('/2/media/upload/initialize', { media_type, media_category })
    const id = await idOf(answer.clone())
    expect(await answer.json()).toEqual({ data: { id, media_key: prefix + id, expires_after_secs } })
  })

  it('of an image has no processing, and no status', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ media_type: 'image/png', total_bytes: 3 })
    await calls.append(id, 0, bytes(3))
    const body: { data: object } = await (await calls.finalize(id)).json()
    expect(body.data).toMatchObject({ image: { image_type: 'image/png' } })
    expect(body.data).not.toHaveProperty('processing_info')
    const status = await calls.status(id)
    expect(status.status).toBe(400)
    expect(await status.json()).toMatchObject(refusal('BadRequest: Not found'))
  })

  it('of a PNG as video is accepted and fails in processing', async () => {
    const calls = createCalls()
    const id = await calls.upload({ media_type: 'image/png', media_category: 'amplify_video' }, bytes(3))
    calls.emulator.advance(3)
    expect(await (await calls.status(id)).json()).toMatchObject({
      data: { processing_info: { state: 'failed', error: { code: 1, name: 'InvalidMedia' } } },
    })
  })

  it('takes segments as base64 in JSON', async () => {
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
  ])('takes the FINALIZE body %s with %d', async (body, status) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const headers = { 'content-type': 'application/json' }
    expect((await calls.send('POST', `/2/media/upload/${id}/finalize`, { body, headers })).status).toBe(status)
  })

  it('takes FINALIZE with a JSON content type and no body, as X’s own SDK sends it', async () => {
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
    [{ shared: 'true' }],
    [{ media_type: 'image/png', total_bytes: 5_000_001 }],
  ])('%j', async (fields) => {
    expect((await createCalls().postJson('/2/media/upload/initialize', fields)).status).toBe(400)
  })

  it('an unknown field, and reports it', async () => {
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
  it.each([
    [{}],
    [{ total_bytes: 0 }],
    [{ media_type: 'image/png', total_bytes: 5_000_000 }],
    [{ additional_owners: ['1', '1234567890123456789'], shared: true }],
  ])('%j', async (fields) => {
    expect((await createCalls().postJson('/2/media/upload/initialize', fields)).status).toBe(200)
  })

  it('any size up to 16 GiB when sizes are not enforced', async () => {
    const calls = createCalls({ enforceSizes: false })
    const fields = { media_type: 'image/png', total_bytes: 17_179_869_184 }
    expect((await calls.postJson('/2/media/upload/initialize', fields)).status).toBe(200)
  })
})

describe('APPEND', () => {
  it.each([
    ['0', 200],
    ['999', 200],
    ['1000', 400],
    ['-1', 400],
    ['1.5', 400],
    ['', 400],
  ])('with segment_index %j answers %d', async (segment_index, status) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const answer = await calls.postForm(`/2/media/upload/${id}/append`, { segment_index, media: bytes(1) })
    expect(answer.status).toBe(status)
  })

  it('takes the largest segment and answers a larger one with an empty 413', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 5_242_879 })
    expect((await calls.append(id, 0, new Uint8Array(5_242_879))).status).toBe(200)
    const refused = await calls.append(id, 1, new Uint8Array(5_242_880))
    expect(refused.status).toBe(413)
    expect(await refused.text()).toBe('')
    const far = await calls.append(id, 1, new Uint8Array(8_000_000))
    expect(far.status).toBe(413)
  })

  it.each([
    ['no media', { segment_index: '0' }, 'Missing media field in JSON'],
    ['no bytes', { segment_index: '0', media: new Uint8Array(0) }, 'Missing media field in JSON'],
    ['no index', { media: bytes(1) }, '$.segment_index: is missing but it is required'],
  ])('refuses a form with %s', async (_, fields, message) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect(await (await calls.postForm(`/2/media/upload/${id}/append`, fields)).json()).toMatchObject(refusal(message))
  })

  it('refuses an unknown field, and reports it', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const fields = { segment_index: '0', media: bytes(1), media_id: id }
    expect((await calls.postForm(`/2/media/upload/${id}/append`, fields)).status).toBe(400)
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'unknown_field', id, segment_index: 0 }])
  })

  it.each(['abc', '12345678901234567890', '1'])('refuses the id %s', async (id) => {
    expect((await createCalls().append(id, 0, bytes(1))).status).toBe(400)
  })

  it('of an index with equal bytes changes nothing; with others it replaces them and is a violation', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 4 })
    await calls.append(id, 0, bytes(4))
    expect((await calls.append(id, 0, bytes(4))).status).toBe(200)
    expect(calls.emulator.violations()).toEqual([])
    expect((await calls.append(id, 0, bytes(6, 2))).status).toBe(200)
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'index_two_ranges', id, segment_index: 0 }])
    expect(await calls.emulator.upload(id)).toMatchObject({ size: 6, sha256: await sha256(bytes(6, 2)) })
  })

  it('after FINALIZE is refused', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(2))
    expect((await calls.append(id, 1, bytes(2))).status).toBe(400)
  })

  it('after the session ended is refused', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    calls.emulator.advance(86_399)
    expect((await calls.append(id, 0, bytes(1))).status).toBe(200)
    calls.emulator.advance(1)
    expect((await calls.append(id, 1, bytes(1))).status).toBe(400)
  })
})

describe('FINALIZE refuses', () => {
  it.each([
    ['no segments', 2, []],
    ['too few bytes', 3, [0, 1]],
    ['too many bytes', 1, [0, 1]],
    ['a gap', 2, [0, 2]],
    ['no first segment', 2, [1, 2]],
    ['no total', undefined, [0]],
  ])('%s', async (_, total_bytes, indices) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes })
    for (const index of indices) await calls.append(id, index, bytes(1))
    const answer = await calls.finalize(id)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject(refusal(DOES_NOT_ADD_UP))
  })

  it('to be repeated, unless it is to answer again', async () => {
    const strict = createCalls()
    expect((await strict.finalize(await strict.upload(VIDEO, bytes(2)))).status).toBe(400)
    const lenient = createCalls({ repeatedFinalize: 'answer' })
    expect((await lenient.finalize(await lenient.upload(VIDEO, bytes(2)))).status).toBe(200)
  })
})

describe('STATUS', () => {
  it('needs no command, and refuses others, unknown parameters and strange ids', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(2))
    const status = async (query: string) => (await calls.send('GET', `/2/media/upload?${query}`)).status
    expect(await status(`media_id=${id}`)).toBe(200)
    expect(await status(`media_id=${id}&command=FINALIZE`)).toBe(400)
    expect(await status(`media_id=${id}&x=1`)).toBe(400)
    expect(await status(`media_id=7_${id}`)).toBe(400)
    expect(await status('')).toBe(400)
  })

  it('before FINALIZE is like that of an unknown id', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect(await (await calls.status(id)).json()).toEqual(await (await calls.status('1')).json())
  })

  it('is over at once when processing takes no time', async () => {
    const calls = createCalls({ processing: { pendingSecs: 0, inProgressSecs: 0 } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    expect(await (await calls.finalize(id)).json()).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })
  })
})

describe('the one-shot upload', () => {
  it('takes multipart and JSON', async () => {
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
    ['amplify_video', { media_category: 'amplify_video', media: bytes(1) }],
    ['no category', { media: bytes(1) }],
    ['no media', { media_category: 'tweet_image' }],
    ['an unknown field', { media_category: 'tweet_image', media: bytes(1), media_type: 'image/png' }],
    ['an image above its limit', { media_category: 'tweet_image', media: new Uint8Array(5_000_001) }],
  ])('refuses %s', async (_, fields) => {
    expect((await createCalls().postForm('/2/media/upload', fields)).status).toBe(400)
  })

  it('is what a command is taken for where only the resource generation is served', async () => {
    const calls = createCalls({ dialect: 'resource' })
    const query = await calls.send('POST', '/2/media/upload?command=INIT&total_bytes=1')
    expect(await query.json()).toMatchObject(refusal('The query parameter [command] is not one of []'))
    const form = await calls.postForm('/2/media/upload', { command: 'INIT', total_bytes: '1' })
    expect(await form.json()).toMatchObject(refusal('Missing media field in JSON'))
  })
})

describe('media', () => {
  it('of another user are unknown', async () => {
    const owner = createCalls({ tokens: { a: { user: '1' }, b: { user: '2' } } }, 'a')
    const other = callsTo(owner.emulator, 'b')
    const id = await owner.upload(VIDEO, bytes(2))
    expect((await owner.status(id)).status).toBe(200)
    expect(await (await other.status(id)).json()).toEqual(await (await other.status('1')).json())
    expect((await other.append(id, 0, bytes(2))).status).toBe(400)
    expect((await other.finalize(id)).status).toBe(400)
  })

  it('have no other addresses', async () => {
    const answer = await createCalls().send('GET', '/2/media/upload/1/status')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ title: 'Not Found', type: 'about:blank', status: 404, detail: 'Not Found' })
  })
})
