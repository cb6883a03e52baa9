import { describe, expect, it } from 'vitest'
import { emulator } from '../../support/app.ts'
import {
  append,
  countFinalized,
  expectReceived,
  finalize,
  image,
  json,
  messageOf,
  open,
  VIDEO,
  video,
  wireOf,
} from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

describe('X’s own wire', () => {
  it('refuses segments that do not make up the file, at the latest at FINALIZE', async () => {
    const ask = wireOf()
    const id = await open(ask)
    expect(await messageOf(append(ask, id, 0, video.slice(0, 4000)))).toEqual([400, expect.stringContaining('4100')])
    expect((await append(ask, id, 0, video.slice(0, 5000))).status).toBe(200)
    expect(await messageOf(append(ask, id, 0, video.slice(0, 4500)))).toEqual([
      400,
      expect.stringContaining('other bytes'),
    ])
    expect((await append(ask, id, 2, video.slice(10_000))).status).toBe(200)
    expect(await messageOf(finalize(ask, id))).toEqual([400, expect.stringContaining('do not add up')])
    expect(await messageOf(append(ask, id, 1, video.slice(5000, 10_001)))).toEqual([
      400,
      expect.stringContaining('do not add up'),
    ])
    expect(await messageOf(append(ask, id, 1000, video.slice(0, 1)))).toEqual([
      400,
      expect.stringContaining('segment_index'),
    ])
    expect((await append(ask, id, 1, video.slice(5000, 10_000))).status).toBe(200)
    expect((await finalize(ask, id)).status).toBe(200)
    await expectReceived(id, video)
    expect(await messageOf(append(ask, id, 1, video.slice(5000, 10_000)))).toEqual([400, 'Media is already finalized.'])
  })

  it('refuses for good what is not of its type', async () => {
    const ask = wireOf()
    const id = await open(ask)
    expect(await messageOf(append(ask, id, 0, image))).toEqual([400, expect.stringContaining('video/mp4')])
    expect(await messageOf(append(ask, id, 0, video))).toEqual([400, 'media type unrecognized'])
    expect(await messageOf(finalize(ask, id))).toEqual([400, 'media type unrecognized'])
  })

  it('never sends an index with other bytes, nor the first segment unseen', async () => {
    const ask = wireOf()
    const id = await open(ask, { media_type: 'image/png', total_bytes: image.length })
    expect((await append(ask, id, 0, image)).status).toBe(200)
    const page = new TextEncoder().encode('<'.repeat(image.length))
    expect((await append(ask, id, 0, page)).status).toBe(400)
    const other = image.slice()
    other[8000] = (other[8000] ?? 0) ^ 1
    expect(await messageOf(append(ask, id, 0, other))).toEqual([400, expect.stringContaining('other bytes')])
    expect((await append(ask, id, 0, image)).status).toBe(200)
    expect((await finalize(ask, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('finalizes nothing that X has not acknowledged', async () => {
    let appends = 0
    let finalizes = 0
    const ask = wireOf({
      x: {
        retry: { retries: 0 },
        async fetch(url, init) {
          if (url.endsWith('/finalize')) finalizes++
          if (url.endsWith('/append') && ++appends === 2) return new Response(null, { status: 503 })
          return emulator.app.request(url, init)
        },
      },
    })
    const id = await open(ask, { media_type: 'image/png', total_bytes: image.length })
    await append(ask, id, 0, image.slice(0, 5000))
    const lost = await append(ask, id, 1, image.slice(5000))
    expect(lost.status).toBe(503)
    expect(await messageOf(finalize(ask, id))).toEqual([400, expect.stringContaining('do not add up')])
    expect(finalizes).toBe(0)
    await append(ask, id, 1, image.slice(5000))
    expect((await finalize(ask, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('takes chunked segments of several MiB on its own memory', async () => {
    const ask = wireOf({ x: { segmentBytes: 4 * 1024 * 1024 } })
    const file = sampleFile('video/mp4', 7_000_000)
    const id = await open(ask, { media_type: 'video/mp4', total_bytes: file.length })
    const answer = await append(ask, id, 0, file)
    expect(answer.status, await answer.text()).toBe(200)
    expect((await finalize(ask, id)).status).toBe(200)
    await expectReceived(id, file, [3_500_000, 3_500_000])
  })

  it('refuses segments of more than 8,000,000 bytes, and bodies that are larger than what they may hold', async () => {
    const ask = wireOf({ x: { segmentBytes: 4 * 1024 * 1024 } })
    const id = await open(ask, { media_type: 'video/mp4', total_bytes: 9_000_000 })
    const file = sampleFile('video/mp4', 8_000_001)
    expect((await append(ask, id, 0, file)).status).toBe(413)
    expect((await append(ask, id, 0, file.slice(1))).status).not.toBe(413)
    const text = { body: 'a'.repeat(70_000), headers: { 'content-type': 'text/plain' } }
    expect((await ask('POST', '/upload', text)).status).toBe(413)
    const many = json({ media: Array.from({ length: 40_000 }, () => ({})) })
    expect(await messageOf(ask('POST', '/upload', many))).toEqual([400, expect.stringContaining('within values')])
  })

  it.each([
    ['a value without bottom', { id: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }, 'within values'],
    ['media of others', { id: '1', metadata: { preview_image: { media_key: {} } } }, '$.metadata.preview_image'],
  ])('refuses metadata with %s', async (_, value, message) => {
    expect(await messageOf(wireOf()('POST', '/metadata', json(value)))).toEqual([400, expect.stringContaining(message)])
  })

  it('refuses a length that is no number, and goes on', async () => {
    const ask = wireOf()
    const headers = { 'content-type': 'application/json', 'content-length': 'x' }
    expect((await ask('POST', '/upload', { body: '{}', headers })).status).toBe(400)
    const id = await open(ask)
    expect((await append(ask, id, 0, video)).status).toBe(200)
  })

  it('finalizes no streamed file with fields behind it', async () => {
    const body = new FormData()
    body.append('media_category', 'tweet_image')
    body.append('media', new Blob([image], { type: 'image/png' }))
    body.append('additional_owners', '1')
    const whole = new Response(body)
    const bytes = await whole.arrayBuffer()
    const headers = {
      'content-type': whole.headers.get('content-type') ?? '',
      'content-length': String(bytes.byteLength),
    }
    const before = await countFinalized()
    const answer = wireOf()('POST', '/upload', { body: bytes, headers })
    expect((await messageOf(answer))[0]).toBe(400)
    expect(await countFinalized()).toBe(before)
  })

  it.each([
    [413, null, ''],
    [500, '{"errors":["internal server error"]}', 'internal server error'],
    [502, '<html>', 'Error'],
  ])('tells X’s %i %s in a shape that SDKs can read', async (status, said, message) => {
    const ask = wireOf({ x: { retry: { retries: 0 }, fetch: async () => new Response(said, { status }) } })
    const answer = await ask('POST', '/upload/initialize', json(VIDEO))
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(message)])
  })
})
