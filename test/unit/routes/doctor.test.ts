import { describe, expect, it } from 'vitest'
import { xMedia } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'

const nothing = new Uint8Array(200_000)
const app = describedMedia(optionsWith({ http: { doctor: true } }))

describe('the routes for the doctor', () => {
  it('are there only with http.doctor', async () => {
    const without = xMedia(optionsWith({}))
    expect(await codeOf(without.request('/doctor', post(nothing)))).toEqual([404, 'not_found'])
    expect((await without.request('/doctor/events')).status).toBe(404)
    expect(await (await without.request('/openapi.json')).text()).not.toContain('doctor')
  })

  it('need a sign-in', async () => {
    const closed = describedMedia(optionsWith({ http: { doctor: true }, authorize: () => null }))
    expect(await codeOf(closed.request('/doctor', post(nothing)))).toEqual([401, 'unauthorized'])
    expect(await codeOf(closed.request('/doctor/events'))).toEqual([401, 'unauthorized'])
  })
})

describe('POST /doctor', () => {
  it('counts the bytes of the body, and sends nothing to X', async () => {
    const before = emulator.requests()
    const response = await app.request('/doctor', post(nothing))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ bytes: 200_000 })
    expect(emulator.requests()).toEqual(before)
  })

  it('refuses what is larger than an upload may be, and a body without a length', async () => {
    const small = describedMedia(optionsWith({ http: { doctor: true }, limits: { uploadBytes: 199_999 } }))
    expect(await codeOf(small.request('/doctor', post(nothing)))).toEqual([413, 'too_large'])
    expect(await codeOf(app.request('/doctor', { method: 'POST', body: nothing }))).toEqual([411, 'length_required'])
  })

  it('counts as an upload towards the quota and the places', async () => {
    const options = optionsWith({ http: { doctor: true }, limits: { quota: { bytes: 300_000 }, uploads: 1 } })
    const limited = describedMedia(options)
    expect((await limited.request('/doctor', post(nothing))).status).toBe(200)
    expect(await codeOf(limited.request('/doctor', post(nothing)))).toEqual([429, 'quota_exceeded'])
    const none = describedMedia(
      optionsWith({ http: { doctor: true }, authorize: () => ({ subject: 'u1', limits: { uploads: 0 } }) }),
    )
    expect(await codeOf(none.request('/doctor', post(nothing)))).toEqual([503, 'too_many_uploads'])
  })

  it('ends at the deadline of uploads', async () => {
    const clock = useFakeClock()
    const late = describedMedia(optionsWith({ http: { doctor: true }, limits: { deadlineMs: 1000 } }))
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await clock.advance(600)
        controller.enqueue(new Uint8Array(1000))
      },
    })
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-length': '200000' } }
    expect(await codeOf(late.request('/doctor', init))).toEqual([504, 'deadline_exceeded'])
  })
})

describe('GET /doctor/events', () => {
  it('sends four events, half a second apart, and gives its place back', async () => {
    const clock = useFakeClock()
    const single = describedMedia(optionsWith({ http: { doctor: true }, limits: { listeners: 1 } }))
    const response = await single.request('/doctor/events')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await codeOf(single.request('/doctor/events'))).toEqual([503, 'too_many_listeners'])
    const text = response.text()
    const started = clock.now()
    await clock.advance(1500)
    expect((await text).match(/^event: tick$/gm)).toHaveLength(4)
    expect(clock.now() - started).toBe(1500)
    expect((await single.request('/doctor/events', { method: 'HEAD' })).status).toBe(200)
    const again = await single.request('/doctor/events')
    expect(again.status).toBe(200)
    await again.body?.cancel()
  })
})
