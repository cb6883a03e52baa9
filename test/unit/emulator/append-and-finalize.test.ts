import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { bytes, createCalls, refusal, sha256 } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

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

  it('names the highest index in X’s words', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect(await (await calls.append(id, 1000, bytes(1))).json()).toMatchObject(
      refusal('SegmentIndex must be between 0 and 999.'),
    )
  })

  it.each([
    [1, 0],
    [5000, 4999],
    [10_000, 9999],
  ])('with the option maxSegments %d accepts indices up to %d', async (maxSegments, highest) => {
    const calls = createCalls({ maxSegments })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect((await calls.append(id, highest, bytes(1))).status).toBe(200)
    expect((await calls.append(id, highest + 1, bytes(1))).status).toBe(400)
  })

  it('can build an upload from 5,000 segments', async () => {
    const calls = createCalls({ maxSegments: 5000 })
    const file = bytes(5000 * 1024)
    const id = await calls.initialize({ ...VIDEO, total_bytes: file.length })
    for (let index = 0; index < 5000; index++) {
      await calls.append(id, index, file.subarray(index * 1024, (index + 1) * 1024))
    }
    expect((await calls.finalize(id)).status).toBe(200)
    expect(await calls.emulator.upload(id)).toMatchObject({ size: file.length, sha256: await sha256(file) })
  })

  it.each([
    [0, 'maxSegments must be at least 1, not 0'],
    [10_001, 'maxSegments must be at most 10,000, not 10,001'],
    [1.5, 'maxSegments must be a whole number, not 1.5'],
  ])('cannot have a limit of %d segments', (maxSegments, message) => {
    expect(() => createEmulator({ maxSegments })).toThrow(new TypeError(`These options do not work:\n- ${message}`))
  })

  it('accepts the largest segment, and answers a larger one with an empty 413', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 5_242_879 })
    expect((await calls.append(id, 0, new Uint8Array(5_242_879))).status).toBe(200)
    const refused = await calls.append(id, 1, new Uint8Array(5_242_880))
    expect(refused.status).toBe(413)
    expect(await refused.text()).toBe('')
    const farTooLarge = await calls.append(id, 1, new Uint8Array(8_000_000))
    expect(farTooLarge.status).toBe(413)
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

  it('refuses an unknown field, and logs a violation', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const fields = { segment_index: '0', media: bytes(1), media_id: id }
    expect((await calls.postForm(`/2/media/upload/${id}/append`, fields)).status).toBe(400)
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'unknown_field', id, segment_index: 0 }])
  })

  it.each(['abc', '12345678901234567890', '1'])('refuses the id %s', async (id) => {
    expect((await createCalls().append(id, 0, bytes(1))).status).toBe(400)
  })

  it('may repeat the bytes of an index; different bytes replace them and are a violation', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 4 })
    await calls.append(id, 0, bytes(4))
    expect((await calls.append(id, 0, bytes(4))).status).toBe(200)
    expect(calls.emulator.violations()).toEqual([])
    expect((await calls.append(id, 0, bytes(6, 2))).status).toBe(200)
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'index_two_ranges', id, segment_index: 0 }])
    expect(await calls.emulator.upload(id)).toMatchObject({ size: 6, sha256: await sha256(bytes(6, 2)) })
  })

  it('is refused after FINALIZE', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(2))
    expect((await calls.append(id, 1, bytes(2))).status).toBe(400)
  })

  it('is refused after the upload has expired', async () => {
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
    ['no total_bytes', undefined, [0]],
  ])('%s', async (_, total_bytes, indices) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes })
    for (const index of indices) await calls.append(id, index, bytes(1))
    const answer = await calls.finalize(id)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject(refusal('Segments do not add up to provided total file size.'))
  })

  it('a second FINALIZE, unless `repeatedFinalize` is `answer`', async () => {
    const refusing = createCalls()
    expect((await refusing.finalize(await refusing.upload(VIDEO, bytes(2)))).status).toBe(400)
    const answering = createCalls({ repeatedFinalize: 'answer' })
    expect((await answering.finalize(await answering.upload(VIDEO, bytes(2)))).status).toBe(200)
  })
})
