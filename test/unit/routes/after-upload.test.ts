import { describe, expect, it } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

const subtitles = sampleFile('text/vtt', 200)
const video = sampleFile('video/mp4', 5000)

/** A media that u1 has uploaded: where to change it. */
async function upload(file: Uint8Array<ArrayBuffer> = png, changes: Partial<XMediaOptions> = {}) {
  const app = describedMedia(optionsWith(changes))
  const type = file === png ? 'image/png' : 'video/mp4'
  const answer = await app.request('/', post(file, { 'content-type': type }))
  const { data } = await answer.json()
  const [status = '', ticket = ''] = (answer.headers.get('location') ?? '').split('?')
  const put = (path: string, body: BodyInit, headers: Record<string, string> = {}, query = '') =>
    app.request(`${status}${path}?${ticket}${query}`, { method: 'PUT', body, headers })
  return { app, id: String(data.id), status, put }
}

const sizeOf = (body: Uint8Array | string) => ({ 'content-length': String(Buffer.byteLength(body)) })

describe('PUT /status/:media_id/alt-text', () => {
  it('replaces the alternative text', async () => {
    const { id, put } = await upload()
    const answer = await put('/alt-text', 'A cat, 🐈')
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect((await put('/alt-text/', 'A dog')).status).toBe(204)
    expect(await emulator.upload(id)).toMatchObject({ alt_text: 'A dog' })
  })

  it('takes an empty text, and one of 1,000 characters, but none of 1,001', async () => {
    const { id, put } = await upload()
    expect((await put('/alt-text', '🐈'.repeat(1000))).status).toBe(204)
    expect((await put('/alt-text', '')).status).toBe(204)
    expect(await emulator.upload(id)).toMatchObject({ alt_text: '' })
    const refused = await put('/alt-text', 'a'.repeat(1001))
    expect(await refused.json()).toMatchObject({
      code: 'invalid_parameter',
      detail: '`alt_text` has 1,001 characters; the limit is 1,000.',
    })
    expect(await codeOf(put('/alt-text', 'a'.repeat(65_537)))).toEqual([413, 'too_large'])
  })

  it.each([
    ['JSON', '{"text":"A cat"}', { 'content-type': 'application/json' }, 415, 'unsupported_media_type'],
    ['text that is not UTF-8', new Uint8Array([0x63, 0xe4]), {}, 400, 'invalid_parameter'],
    ['a compressed body', 'A cat', { 'content-encoding': 'gzip' }, 415, 'unsupported_encoding'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const { id, put } = await upload()
    expect(await codeOf(put('/alt-text', body, headers))).toEqual([status, code])
    expect(await emulator.upload(id)).not.toHaveProperty('alt_text', expect.anything())
  })

  it('refuses what `allow.metadata` does not have', async () => {
    const { put } = await upload(png, { allow: { metadata: [] } })
    const answer = await put('/alt-text', 'A cat')
    expect(await answer.json()).toMatchObject({
      code: 'invalid_parameter',
      detail: expect.stringContaining('allow.metadata'),
    })
  })

  it('counts as a call to X, and only when there is one', async () => {
    const { put } = await upload(png, { limits: { callsPerHour: 2 } })
    expect((await put('/alt-text', 'a'.repeat(1001))).status).toBe(400)
    expect((await put('/alt-text', 'A cat')).status).toBe(204)
    expect(await codeOf(put('/alt-text', 'A dog'))).toEqual([429, 'quota_exceeded'])
  })

  it('responds with a problem when X refuses', async () => {
    const { put } = await upload()
    emulator.setFaults({ faults: [{ step: 'metadata', kind: 'error', status: 403 }] })
    expect(await codeOf(put('/alt-text', 'A cat'))).toEqual([502, 'x_forbidden_scope'])
  })
})

describe('PUT /status/:media_id/subtitles', () => {
  const english = '&language_code=EN&display_name=English'

  it('uploads the body, and adds it to the video', async () => {
    const { id, put } = await upload(video)
    const answer = await put('/subtitles', subtitles, { 'content-type': 'text/vtt', ...sizeOf(subtitles) }, english)
    const { data } = await answer.json()
    expect([answer.status, data]).toEqual([
      200,
      { id: expect.stringMatching(/^\d+$/), language_code: 'EN', display_name: 'English' },
    ])
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [data] })
    expect(await emulator.upload(data.id)).toMatchObject({ media_category: 'subtitles', size: 200, finalized: true })
  })

  it('replaces the subtitles of the same language, whatever the file is called', async () => {
    const { id, put } = await upload(video)
    for (const type of ['text/vtt', 'text/plain', 'application/octet-stream']) {
      const headers = { 'content-type': type, ...sizeOf(subtitles) }
      expect((await put('/subtitles/', subtitles, headers, '&language_code=en')).status).toBe(200)
    }
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ language_code: 'EN' }] })
  })

  it('takes them from a form too', async () => {
    const { id, put } = await upload(video)
    const form = new FormData()
    form.append('media', new File([sampleFile('text/srt', 300)], 'film.srt', { type: 'application/x-subrip' }))
    expect((await put('/subtitles', form, {}, english)).status).toBe(200)
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ language_code: 'EN' }] })
  })

  it.each([
    ['no language', '', '`language_code`'],
    ['a language by another code', '&language_code=eng', '`language_code` is "eng"'],
    ['a long name', `&language_code=EN&display_name=${'e'.repeat(101)}`, '`display_name` has 101 characters'],
    ['a category without subtitles', '&language_code=EN&media_category=dm_video', '`media_category` is "dm_video"'],
    ['a category that is not allowed', '&language_code=EN&media_category=amplify_video', '`allow.categories`'],
  ])('refuses %s, and uploads nothing', async (_, query, detail) => {
    const { put } = await upload(video)
    const before = emulator.uploads().length
    const answer = await put('/subtitles', subtitles, sizeOf(subtitles), query)
    expect(await answer.json()).toMatchObject({
      code: 'invalid_parameter',
      detail: expect.stringContaining(detail),
    })
    expect(emulator.uploads()).toHaveLength(before)
  })

  it('refuses a file that is no subtitles', async () => {
    const { put } = await upload(video)
    expect(await codeOf(put('/subtitles', png, { 'content-type': 'text/vtt', ...sizeOf(png) }, english))).toEqual([
      415,
      'signature_mismatch',
    ])
    expect(await codeOf(put('/subtitles', png, { 'content-type': 'image/png', ...sizeOf(png) }, english))).toEqual([
      400,
      'category_mismatch',
    ])
  })

  it('counts as two calls to X, and uploads nothing when one of them is too many', async () => {
    const { put } = await upload(video, { limits: { callsPerHour: 4 } })
    const add = () => put('/subtitles', subtitles, sizeOf(subtitles), english)
    expect((await add()).status).toBe(200)
    const before = emulator.uploads().length
    expect(await codeOf(add())).toEqual([429, 'quota_exceeded'])
    expect(emulator.uploads()).toHaveLength(before)
  })

  it('responds with a problem when X does not take them', async () => {
    const { put } = await upload(video)
    emulator.setFaults({ faults: [{ step: 'subtitles', kind: 'error', status: 400 }] })
    expect(await codeOf(put('/subtitles', subtitles, sizeOf(subtitles), english))).toEqual([502, 'x_rejected_media'])
  })
})

describe('both', () => {
  it('answer alike to another user, a wrong ticket, no ticket and an unknown media', async () => {
    const { app, status, put } = await upload(video)
    const answers = await Promise.all(
      ['/alt-text', '/subtitles'].flatMap((path) => {
        const init = { method: 'PUT', body: 'A cat' }
        return [
          put(path, 'A cat', { 'x-demo-user': 'u2' }),
          put(path, 'A cat', {}, 'x'),
          app.request(`${status}${path}`, init),
          app.request(`/status/12${path}`, init),
          app.request(`/status/abc${path}`, init),
        ]
      }),
    )
    expect(await Promise.all(answers.map((answer) => codeOf(answer)))).toEqual(answers.map(() => [404, 'not_found']))
  })

  it('are refused to users whom authorize does not know, and to pages of other origins', async () => {
    const anonymous = describedMedia({ ...base, authorize: () => null })
    const foreign = describedMedia(base)
    for (const path of ['/status/1/alt-text', '/status/1/subtitles']) {
      expect(await codeOf(anonymous.request(path, { method: 'PUT', body: 'A cat' }))).toEqual([401, 'unauthorized'])
      const headers = { origin: 'https://evil.example' }
      expect(await codeOf(foreign.request(path, { method: 'PUT', body: 'A cat', headers }))).toEqual([
        403,
        'origin_not_allowed',
      ])
      expect((await foreign.request(path)).headers.get('allow')).toBe('PUT, OPTIONS')
    }
  })
})
