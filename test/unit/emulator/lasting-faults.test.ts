import { describe, expect, it } from 'vitest'
import type { FaultEffect } from '../../../src/emulator/index.ts'
import { bytes, callsTo, createCalls, refusal } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }
const INVALID_MEDIA = { code: 1, name: 'InvalidMedia', message: 'file is invalid' }

describe('a lasting fault', () => {
  it('expires the access token, but not a new one', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'token_expired' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(401)
    expect((await calls.append(id, 0, bytes(1))).status).toBe(401)
    expect((await callsTo(calls.emulator, 'new').append(id, 0, bytes(1))).status).toBe(200)
  })

  it('expires the upload', async () => {
    const calls = createCalls({ faults: [{ step: 'append', at: 1, kind: 'session_expired' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(200)
    const answer = await calls.append(id, 1, bytes(1))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject(refusal('BadRequest: Not found'))
    expect((await calls.finalize(id)).status).toBe(400)
  })

  it('refuses large segments and accepts small ones', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'too_large', bytes: 10 }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 20 })
    const status = async (size: number) => (await calls.append(id, 0, bytes(size))).status
    expect([await status(11), await status(11), await status(10)]).toEqual([413, 413, 200])
  })

  it.each<[FaultEffect['kind'], Partial<FaultEffect>, object]>([
    ['processing_failed', {}, { state: 'failed', progress_percent: 100, error: INVALID_MEDIA }],
    ['processing_failed', { error: { code: 3 } }, { state: 'failed', progress_percent: 100, error: { code: 3 } }],
    ['processing_stuck', {}, { state: 'in_progress', progress_percent: 99, check_after_secs: 1, error: INVALID_MEDIA }],
    ['processing_done', {}, { state: 'succeeded', progress_percent: 100 }],
  ])('%s %j decides how processing ends', async (kind, effect, end) => {
    const calls = createCalls()
    calls.emulator.setFaults({ faults: [{ ...effect, step: 'finalize', kind }] })
    const id = await calls.upload(VIDEO, bytes(1))
    calls.emulator.advance(1000)
    expect(await (await calls.status(id)).json()).toMatchObject({ data: { processing_info: end } })
  })

  it('lets FINALIZE report that processing succeeded', async () => {
    const calls = createCalls({ faults: [{ step: 'finalize', kind: 'processing_done' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const body: { data: { processing_info: unknown } } = await (await calls.finalize(id)).json()
    expect(body.data.processing_info).toEqual({ state: 'succeeded' })
  })

  it.each([
    [undefined, {}],
    [null, {}],
    [0, { check_after_secs: 0 }],
  ])('of kind check_after with %s reports %j', async (secs, expected) => {
    const calls = createCalls()
    const effect = secs === undefined ? {} : { checkAfterSecs: secs }
    calls.emulator.setFaults({ faults: [{ step: 'status', kind: 'check_after', ...effect }] })
    const id = await calls.upload(VIDEO, bytes(1))
    const body: { data: { processing_info: unknown } } = await (await calls.status(id)).json()
    expect(body.data.processing_info).toEqual({ state: 'pending', ...expected })
  })
})
