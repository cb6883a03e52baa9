import { describe, expect, it } from 'vitest'
import { MEDIA_CATEGORIES } from '../../../src/x/limits.ts'
import { bytes, createCalls, idOf, refusal, sha256 } from '../../support/emulator-calls.ts'

const PATH = '/2/media/upload'
const INIT = { command: 'INIT', total_bytes: '5', media_type: 'video/mp4', media_category: 'tweet_video' }

describe('a command-generation upload', () => {
  it('works with parameters in the query', async () => {
    const calls = createCalls()
    const started = await calls.send('POST', `${PATH}?${new URLSearchParams(INIT)}`)
    expect(started.status).toBe(202)
    const id = await idOf(started)
    const append = `${PATH}?command=APPEND&media_id=${id}`
    const appended = await calls.postForm(append, { segment_index: '0', media: bytes(5) })
    expect(appended.status).toBe(204)
    expect(await appended.text()).toBe('')
    const finalized = await calls.send('POST', `${PATH}?command=FINALIZE&media_id=${id}`)
    expect(finalized.status).toBe(200)
    expect(await finalized.json()).toMatchObject({ data: { size: 5, processing_info: { state: 'pending' } } })
    expect((await calls.status(id)).status).toBe(200)
    expect(await calls.emulator.upload(id)).toMatchObject({ sha256: await sha256(bytes(5)) })
    expect(calls.emulator.requests().counts).toMatchObject({
      initialize: 1,
      append: 1,
      finalize: 1,
      status: 1,
      upload: 0,
    })
  })

  it('works with parameters in the form', async () => {
    const calls = createCalls({ dialect: 'command' })
    const body = new URLSearchParams({ ...INIT, additional_owners: '1,2', shared: 'true' })
    const id = await idOf(await calls.send('POST', PATH, { body }))
    await calls.postForm(PATH, { command: 'APPEND', media_id: id, segment_index: '0', media: bytes(5) })
    const finalized = await calls.postForm(PATH, { command: 'FINALIZE', media_id: id })
    expect(finalized.status).toBe(200)
    expect(await calls.emulator.upload(id)).toMatchObject({
      sha256: await sha256(bytes(5)),
      additional_owners: ['1', '2'],
      shared: true,
    })
    expect(calls.emulator.requests().counts).toMatchObject({ initialize: 1, append: 1, finalize: 1, upload: 0 })
  })

  it('may declare JSON without a body, as X’s own sample does', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await createCalls().send('POST', `${PATH}?${new URLSearchParams(INIT)}`, { headers })).status).toBe(202)
  })

  it('of an unknown media type fails only at FINALIZE', async () => {
    const calls = createCalls()
    const query = new URLSearchParams({ ...INIT, media_type: 'application/x-unknown' })
    const id = await idOf(await calls.send('POST', `${PATH}?${query}`))
    await calls.postForm(`${PATH}?command=APPEND&media_id=${id}`, { segment_index: '0', media: bytes(5) })
    const finalized = await calls.send('POST', `${PATH}?command=FINALIZE&media_id=${id}`)
    expect(await finalized.json()).toMatchObject(refusal('media type unrecognized'))
  })
})

describe('the command endpoint', () => {
  it.each([
    ['command=INIT&total_bytes=abc'],
    ['command=INIT&total_bytes=17179869185'],
    ['command=INIT&media_category=tweet_sound'],
    ['command=INIT&additional_owners=1,x'],
    [`command=INIT&additional_owners=${Array.from({ length: 101 }, (_, at) => at)}`],
    ['command=INIT&segment_index=0'],
    ['command=INIT&command=INIT'],
    ['command=DESTROY'],
    ['command=APPEND&media_id=1'],
    ['command=FINALIZE'],
    ['command=FINALIZE&media_id=x'],
    ['command=FINALIZE&media_id=1'],
  ])('refuses %s', async (query) => {
    expect((await createCalls().send('POST', `${PATH}?${query}`)).status).toBe(400)
  })

  it.each(MEDIA_CATEGORIES)('accepts the category %s', async (media_category) => {
    expect((await createCalls().send('POST', `${PATH}?command=INIT&media_category=${media_category}`)).status).toBe(202)
  })

  it('accepts 100 additional owners', async () => {
    const query = `command=INIT&additional_owners=${Array.from({ length: 100 }, (_, at) => at)}`
    expect((await createCalls().send('POST', `${PATH}?${query}`)).status).toBe(202)
  })

  it.each([
    ['999', 204],
    ['1000', 400],
  ])('answers APPEND of segment %s with %d', async (segment_index, status) => {
    const calls = createCalls()
    const id = await idOf(await calls.send('POST', `${PATH}?${new URLSearchParams(INIT)}`))
    const answer = await calls.postForm(`${PATH}?command=APPEND&media_id=${id}`, { segment_index, media: bytes(1) })
    expect(answer.status).toBe(status)
  })

  it('answers a segment that is too large with an empty 413, whether the command is in the query or the form', async () => {
    const calls = createCalls({ maxSegmentBytes: 100_000 })
    const id = await idOf(await calls.send('POST', `${PATH}?${new URLSearchParams(INIT)}`))
    const fields = { segment_index: '0', media: bytes(100_001) }
    expect((await calls.postForm(`${PATH}?command=APPEND&media_id=${id}`, fields)).status).toBe(413)
    expect((await calls.postForm(PATH, { command: 'APPEND', media_id: id, ...fields })).status).toBe(413)
  })

  it('is the only upload endpoint when the dialect is `command`', async () => {
    const calls = createCalls({ dialect: 'command' })
    expect((await calls.postJson('/2/media/upload/initialize', {})).status).toBe(404)
    expect((await calls.postForm(PATH, { media_category: 'tweet_image', media: bytes(1) })).status).toBe(400)
  })
})
