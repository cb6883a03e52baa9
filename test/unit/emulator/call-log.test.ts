import { describe, expect, it } from 'vitest'
import { bytes, createCalls, openAppend } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('the violations', () => {
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' }

  it.each([
    ['no length, in-process', [], {}],
    ['no length, over a network', [{ kind: 'chunked_append', step: 'append', id: '1' }], { host: 'x.test' }],
    ['chunked encoding', [{ kind: 'chunked_append' }], { host: 'x.test', 'transfer-encoding': 'chunked' }],
    ['a length', [], { host: 'x.test', 'content-length': '5' }],
  ])('of an APPEND with %s are %j', async (_, expected, headers) => {
    const calls = createCalls()
    await calls.send('POST', '/2/media/upload/1/append', { body: '--x--', headers: { ...multipart, ...headers } })
    expect(calls.emulator.violations()).toMatchObject(expected)
  })

  it('include an initialize call without a length', async () => {
    const calls = createCalls()
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    await calls.send('POST', '/2/media/upload/initialize', { body: '{}', headers })
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'missing_content_length', step: 'initialize' }])
  })

  it('include a FINALIZE that comes while a segment is still arriving', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const lateAppend = calls.emulator.app.request(openAppend(id, readable))
    expect(calls.emulator.requests().in_flight).toEqual([{ step: 'append', id }])
    expect((await calls.emulator.upload(id))?.appends_in_flight).toBe(1)
    await calls.finalize(id)
    expect(calls.emulator.violations()).toMatchObject([{ kind: 'finalize_before_acknowledged', step: 'finalize', id }])
    await writable.close()
    expect((await lateAppend).status).toBe(400)
    expect(calls.emulator.requests().in_flight).toEqual([])
  })

  it('leave out a client that disconnects in the middle of a segment, which counts as aborted', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const { readable } = new TransformStream<Uint8Array, Uint8Array>()
    const leaving = new AbortController()
    const call = calls.emulator.app.request(openAppend(id, readable, leaving.signal))
    leaving.abort()
    await expect(call).rejects.toThrow()
    expect(calls.emulator.requests()).toMatchObject({ in_flight: [], aborted: 1 })
    expect(calls.emulator.violations()).toEqual([])
  })
})
