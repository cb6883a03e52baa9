import { describe, expect, it } from 'vitest'
import { sampleFile } from '../../support/media.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { bad, bytesOf, FORM, field, file, formApp, formText, photo, streamed } from '../../support/several-files.ts'
import { slowBody } from '../../support/slow-body.ts'

const MIB = 1024 * 1024
const pdf = file(new Uint8Array(1500), 'application/pdf')
const stillGif = file(readMediaFixture('still-ffmpeg.gif'), 'image/gif')

describe('a form with several photos', () => {
  it('gets a list of the media in its order, each with the path of its status', async () => {
    const { app, emulator, post } = formApp()
    const { status, headers, json } = await post([1000, 2000, 3000, 4000].map((bytes) => photo(bytes)))
    expect([status, headers.get('location')]).toEqual([201, null])
    expect(json).toEqual({ data: expect.any(Array) })
    for (const [index, item] of json.data.entries()) {
      const size = 1000 * (index + 1)
      expect(item).toEqual({
        ...{ id: expect.any(String), media_key: `3_${item.id}`, size, expires_after_secs: expect.any(Number) },
        ...{ image: expect.any(Object), location: expect.stringContaining(`/status/${item.id}?ticket=`) },
      })
      expect(await emulator.upload(item.id)).toMatchObject({ finalized: true, size, media_category: 'tweet_image' })
      expect((await app.request(item.location)).status).toBe(200)
    }
    expect(json.data).toHaveLength(4)
  })

  it('gets the answer of a single upload when it has one file', async () => {
    const { post } = formApp()
    const { json, headers } = await post([photo(1000)])
    expect(json).toMatchObject({ data: { size: 1000 } })
    expect(headers.get('location')).toContain('/status/')
  })

  it('gets a problem for a file without a byte, whatever its place', async () => {
    const { outcomes } = formApp()
    const empty = file(new Uint8Array(0), 'image/png')
    const image = { media_category: 'tweet_image' }
    expect(await outcomes([photo(1000), empty, photo(2000)])).toMatchObject([207, image, 'empty_body', image])
    expect(await outcomes([empty, photo(1000)])).toMatchObject([207, 'empty_body', image])
    expect((await formApp().post([empty])).json).toMatchObject({ status: 400, code: 'empty_body' })
  })

  it('may have still GIFs, and images that are declared as nothing', async () => {
    const { outcomes } = formApp()
    const vague = file(sampleFile('image/png', 2000), 'application/octet-stream')
    const image = { media_category: 'tweet_image' }
    expect(await outcomes([stillGif, vague, stillGif])).toMatchObject([201, image, image, image])
  })
})

describe('photos that are larger than a segment', () => {
  const small = { x: { segmentBytes: 8192 } }

  it('are held whole, for Content-Length does not tell where they end', async () => {
    const { outcomes } = formApp(small)
    for (const hasLength of [true, false]) {
      const parts = [photo(20_000), photo(9000), photo(50_000)]
      expect(await outcomes(parts, { hasLength })).toMatchObject([
        201,
        { size: 20_000 },
        { size: 9000 },
        { size: 50_000 },
      ])
    }
  })

  it('may have as many bytes as an image at X, and not one more', async () => {
    const { emulator, outcomes } = formApp()
    expect(await outcomes([photo(5 * MIB), photo(5 * MIB)])).toMatchObject([201, { size: 5 * MIB }, { size: 5 * MIB }])
    const segments = emulator.uploads()[0]?.segments.map(({ size }) => size)
    expect(segments).toEqual([4 * MIB, MIB])
    expect(await outcomes([photo(1000), photo(5 * MIB + 1), photo(1000)])).toMatchObject([
      ...[207, { size: 1000 }, 'too_large', { size: 1000 }],
    ])
  })

  it('are held up to the server’s own limit, if that is lower', async () => {
    const { outcomes } = formApp({ ...small, limits: { categoryBytes: { tweet_image: 20_000, dm_image: 0 } } })
    expect(await outcomes([photo(20_000), photo(1000)])).toMatchObject([201, { size: 20_000 }, { size: 1000 }])
    expect(await outcomes([photo(1000), photo(20_001)])).toMatchObject([207, { size: 1000 }, 'too_large'])
  })

  it('are streamed if their size is told', async () => {
    const { outcomes } = formApp(small)
    const size = (bytes: number) => field('total_bytes', String(bytes))
    const parts = [size(20_000), photo(20_000), size(30_000), photo(30_000), photo(10_000)]
    expect(await outcomes(parts)).toMatchObject([201, { size: 20_000 }, { size: 30_000 }, { size: 10_000 }])
    expect(await outcomes([size(19_999), photo(20_000), size(9000), photo(9001), photo(9000)])).toMatchObject([
      ...[207, 'body_too_long', 'body_too_long', { size: 9000 }],
    ])
  })
})

describe('a form in which some files fail', () => {
  it('gets a media or a problem for each file, in its order', async () => {
    const { post, finalized } = formApp()
    const { status, json } = await post([photo(1000), photo(2000), bad, photo(4000)])
    expect(status).toBe(207)
    expect(json.data).toMatchObject([{ size: 1000 }, { size: 2000 }, { status: 415 }, { size: 4000 }])
    expect(json.data[2]).toMatchObject({ code: 'signature_mismatch', detail: expect.any(String) })
    expect(finalized()).toBe(3)
  })

  it.each([
    ['its first bytes', bad, 'signature_mismatch'],
    ['its type', pdf, 'unsupported_media_type'],
    ['its lack of bytes', file(new Uint8Array(), 'image/png'), 'empty_body'],
  ])('goes on after a file that is refused for %s, wherever that is', async (_, refused, code) => {
    const { outcomes } = formApp()
    const good = { finalized: true }
    expect(await outcomes([refused, photo(1000), photo(1000)])).toMatchObject([207, code, good, good])
    expect(await outcomes([photo(1000), refused, photo(1000)])).toMatchObject([207, good, code, good])
    expect(await outcomes([photo(1000), photo(1000), refused])).toMatchObject([207, good, good, code])
  })

  it('goes on after a file that X refuses', async () => {
    const { emulator, outcomes } = formApp()
    emulator.setFaults({ faults: [{ step: 'finalize', kind: 'error', status: 400, at: 1 }] })
    expect(await outcomes([photo(1000), photo(1001), photo(1002)])).toMatchObject([
      ...[207, { size: 1000 }, 'x_rejected_media', { size: 1002 }],
    ])
  })

  it('gets the first problem when X has none of them, with all problems in it', async () => {
    const { post } = formApp()
    const { status, json, headers } = await post([pdf, bad])
    expect([status, headers.get('content-type')]).toEqual([415, 'application/problem+json'])
    expect(json).toMatchObject({ code: 'unsupported_media_type', status: 415 })
    expect(json.data).toMatchObject([{ code: 'unsupported_media_type' }, { code: 'signature_mismatch' }])
  })

  it('skips up to 16 MiB of a refused file', async () => {
    const { outcomes } = formApp()
    const zeros = (bytes: number) => file(new Uint8Array(bytes), 'image/png')
    expect(await outcomes([zeros(15 * MIB), photo(1000)])).toMatchObject([207, expect.any(String), { size: 1000 }])
    expect(await outcomes([photo(1000), zeros(23 * MIB), photo(1000)])).toMatchObject([
      ...[207, { size: 1000 }, expect.any(String)],
    ])
  })

  it('is answered soon when the client sends no more of a refused file', async () => {
    const { app } = formApp()
    const { stream, send } = slowBody()
    send(bytesOf(formText([photo(1000), file(new Uint8Array(20_000), 'application/pdf')]).slice(0, -200)))
    const answer = await app.request(streamed(stream))
    expect([answer.status, await answer.json()]).toMatchObject([
      ...[207, { data: [{ size: 1000 }, { code: 'unsupported_media_type' }] }],
    ])
  })

  it('ends where the form is broken', async () => {
    const { app, finalized } = formApp()
    const body = bytesOf(formText([photo(1000), photo(1000), photo(1000)]).slice(0, -500))
    const answer = await app.request('/', { method: 'POST', headers: FORM, body })
    expect(await answer.json()).toMatchObject({ data: [{ size: 1000 }, { size: 1000 }, { code: 'body_incomplete' }] })
    expect(finalized()).toBe(2)
  })
})
