import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type XMediaEnv, xMediaUpload } from '../../../src/index.ts'
import { mediaRules } from '../../../src/media/index.ts'
import { sampleFile } from '../../support/media.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import {
  alt,
  bad,
  bytesOf,
  FORM,
  field,
  file,
  formApp,
  formText,
  photo,
  streamed,
} from '../../support/several-files.ts'
import { slowBody } from '../../support/slow-body.ts'

const video = file(sampleFile('video/mp4', 3000), 'video/mp4')
const vagueVideo = file(sampleFile('video/mp4', 3000), 'application/octet-stream')
const animation = file(readMediaFixture('animated.gif'), 'image/gif')
const one = { finalized: true }

describe('files that X does not take together', () => {
  it.each([
    ['two videos', [video, video]],
    ['a video and a photo', [video, photo(1000)]],
    ['a photo and a video', [photo(1000), video]],
    ['a video of no declared type and a photo', [vagueVideo, photo(1000)]],
    ['an animation and a photo', [animation, photo(1000)]],
    ['a photo for direct messages and a video', [field('media_category', 'dm_image'), photo(1000), video]],
    ['a photo and a video that a field declares', [photo(1000), field('media_type', 'video/mp4'), vagueVideo]],
  ])('are refused before any is finalized: %s', async (_, parts) => {
    for (const segmentBytes of [2048, 1 << 20]) {
      const { finalized, post } = formApp({ x: { segmentBytes } })
      for (const hasLength of [true, false]) {
        const total = hasLength || segmentBytes > 4096 ? [] : [field('total_bytes', '3000')]
        const { status, json } = await post([...(parts[0] === video ? total : []), ...parts], { hasLength })
        if (json.code === 'length_required') continue
        expect([status, json]).toMatchObject([400, { code: 'too_many_files', detail: expect.any(String) }])
        expect(json).not.toHaveProperty('data')
      }
      expect(finalized()).toBe(0)
    }
  })

  it('are refused by themselves after photos that X already has', async () => {
    const { outcomes } = formApp()
    for (const last of [video, animation]) {
      expect(await outcomes([photo(1000), photo(1000), last])).toMatchObject([207, one, one, 'too_many_files'])
    }
    expect(await outcomes([photo(1000), vagueVideo, photo(1000)])).toMatchObject([207, one, 'too_many_files', one])
    expect(await outcomes([photo(1000), animation])).toMatchObject([207, one, 'too_many_files'])
  })

  it('are a fifth photo, and what comes after it', async () => {
    const { outcomes, post } = formApp()
    const four = [1, 2, 3, 4].map(() => photo(1000))
    expect(await outcomes(four)).toMatchObject([201, one, one, one, one])
    expect(await outcomes([...four, photo(1000), photo(1000)])).toMatchObject([
      207,
      one,
      one,
      one,
      one,
      'too_many_files',
    ])
    expect((await post([...four, photo(1000)])).json.data[4].detail).toBe(
      'The form has more than 4 files. Send the others in another request.',
    )
  })

  it('are more than `limits.filesPerForm`; with 1, before X has the first', async () => {
    const two = formApp({ limits: { filesPerForm: 2 } })
    expect(await two.outcomes([photo(1000), photo(1000)])).toMatchObject([201, one, one])
    expect(await two.outcomes([1, 2, 3].map(() => photo(1000)))).toMatchObject([...[207, one, one, 'too_many_files']])
    const single = formApp({ limits: { filesPerForm: 1 }, x: { segmentBytes: 4096 } })
    expect(await single.outcomes([photo(1000)])).toMatchObject([201, one])
    for (const bytes of [1000, 20_000]) {
      expect(await single.outcomes([photo(bytes), photo(1000)])).toEqual([400, expect.any(String)])
    }
    expect(single.finalized()).toBe(1)
  })
})

describe('the alternative texts of a form', () => {
  const texts = [{ alt_text: 'a' }, { alt_text: 'b' }, { alt_text: 'c' }]
  const photos = [photo(1000), photo(1001), photo(1002)]

  it.each([
    ['before all files', [alt('a'), alt('b'), alt('c'), ...photos]],
    ['after all files', [...photos, alt('a'), alt('b'), alt('c')]],
    ['before each file', photos.flatMap((own, index) => [alt('abc'.charAt(index)), own])],
    ['after each file', photos.flatMap((own, index) => [own, alt('abc'.charAt(index))])],
    ['in a JSON array before them', [alt('["a","b","c"]'), ...photos]],
    ['in a JSON array after them', [...photos, alt(' ["a","b","c"]'.trim())]],
  ])('are matched by their order: %s', async (_, parts) => {
    for (const segmentBytes of [512, 1 << 20]) {
      const { outcomes } = formApp({ x: { segmentBytes } })
      expect(await outcomes(parts)).toMatchObject([201, ...texts])
    }
  })

  it('may be empty, where a file has none, and more than files only if they are', async () => {
    const { outcomes, emulator } = formApp()
    const [first, second] = photos
    if (!first || !second) throw new Error('no photos')
    const empty = alt('')
    expect(await outcomes([empty, alt('b'), empty, empty, first, second])).toMatchObject([201, {}, { alt_text: 'b' }])
    expect(emulator.requests().counts.metadata).toBe(1)
    expect(await outcomes([alt('a'), alt('b'), alt('c'), first, second])).toMatchObject([
      ...[207, { alt_text: 'a' }, 'invalid_parameter'],
    ])
    expect(await outcomes([alt('["a","b"]'), first])).toEqual([400, 'invalid_parameter'])
  })

  it('are texts if they look like an array but are none', async () => {
    const { outcomes } = formApp()
    for (const text of ['[a cat]', '[1]', '[']) {
      expect(await outcomes([alt(text), photo(1000)])).toMatchObject([201, { alt_text: text }])
    }
  })

  it('may have 1,000 characters each', async () => {
    const { outcomes, post } = formApp()
    const long = 'a'.repeat(1000)
    const fitting = [alt(JSON.stringify([long, long, long, long])), ...photos, photo(1003)]
    expect(await outcomes(fitting)).toMatchObject([201, ...[1, 2, 3, 4].map(() => ({ alt_text: long }))])
    expect(await outcomes([alt('a'), alt(`${long}a`), ...photos])).toMatchObject([207, one, 'invalid_parameter', one])
    // X has the photo by then.
    const { status, json } = await post([...photos, alt(`${long}a`)])
    expect(status).toBe(201)
    expect(json.data[0].errors).toMatchObject([{ type: 'urn:hono-x-media:invalid_parameter' }])
  })

  it('are those of the query and of the form, if they are the same', async () => {
    const { outcomes } = formApp()
    const parts = [photo(1000), photo(1001)]
    expect(await outcomes(parts, { query: '?alt_text=a' })).toMatchObject([201, { alt_text: 'a' }, one])
    expect(await outcomes([alt('a'), alt('b'), ...parts], { query: '?alt_text=a' })).toMatchObject([
      ...[201, { alt_text: 'a' }, { alt_text: 'b' }],
    ])
    expect(await outcomes([alt('b'), ...parts], { query: '?alt_text=a' })).toMatchObject([
      400,
      expect.anything(),
      expect.anything(),
    ])
  })

  it('must come before the next file where the server requires them', async () => {
    const { outcomes } = formApp({ media: mediaRules({ requireAltText: 'refuse', rules: [] }) })
    expect(await outcomes([photo(1000), alt('a'), photo(1001), alt('b')])).toMatchObject([201, ...texts.slice(0, 2)])
    expect(await outcomes([alt('a'), photo(1000), photo(1001)])).toMatchObject([207, one, 'alt_text_missing'])
  })
})

describe('other fields of a form with several files', () => {
  it('count for all files after them, until they are sent again', async () => {
    const { outcomes } = formApp({ allow: { shared: true, additionalOwners: true } })
    const parts = [field('shared', 'true'), photo(1000), field('media_category', 'dm_image'), photo(1001), photo(1002)]
    expect(await outcomes([...parts, field('media_category', 'tweet_image'), photo(1003)])).toMatchObject([
      201,
      { media_category: 'tweet_image', shared: true },
      { media_category: 'dm_image', shared: true },
      { media_category: 'dm_image', shared: true },
      { media_category: 'tweet_image', shared: true },
    ])
    expect(await outcomes([photo(1000), photo(1001)], { query: '?media_category=dm_image' })).toMatchObject([
      ...[201, { media_category: 'dm_image' }, { media_category: 'dm_image' }],
    ])
  })

  it('are refused after the last file, and where they are wrong, with the file after them', async () => {
    const { outcomes } = formApp()
    const late = field('media_category', 'tweet_image')
    expect(await outcomes([photo(1000), photo(1001), late])).toMatchObject([207, one, 'invalid_parameter'])
    for (const wrong of [field('media_category', 'avatar'), field('altText', 'a'), field('shared', 'true')]) {
      expect(await outcomes([photo(1000), wrong, photo(1001)])).toMatchObject([207, one, 'invalid_parameter'])
    }
  })
})

describe('the limits of a server', () => {
  it('count each file towards the quota', async () => {
    const { outcomes } = formApp({ limits: { quota: { uploads: 3 } } })
    const four = [1, 2, 3, 4].map(() => photo(1000))
    expect(await outcomes(four)).toMatchObject([207, one, one, one, 'quota_exceeded'])
  })

  it('count a form as one upload at a time', async () => {
    const { outcomes } = formApp({ limits: { uploads: 1 } })
    expect(await outcomes([photo(1000), photo(1001)])).toMatchObject([201, one, one])
  })

  it('give each file what is known about it, and refuse one by the rules', async () => {
    const { post } = formApp({ media: mediaRules() })
    const real = file(readMediaFixture('plain.png'), 'image/png')
    const { status, json } = await post([real, bad, real])
    expect(status).toBe(207)
    const known = { id: expect.any(String), facts: { container: 'png' } }
    expect(json.data).toMatchObject([known, { code: 'signature_mismatch' }, known])
  })

  it('let `transform` make other images of those that are too large', async () => {
    const large = new Uint8Array(20_000)
    large.set(readMediaFixture('plain.png'))
    const { outcomes } = formApp({
      media: mediaRules({ transform: (input) => ({ body: input.slice(0, 9000), mediaType: 'image/png' }) }),
      limits: { categoryBytes: { tweet_image: 10_000, dm_image: 10_000 } },
      x: { segmentBytes: 4096 },
    })
    const parts = [file(large, 'image/png'), photo(9500), file(large, 'image/png')]
    expect(await outcomes(parts)).toMatchObject([201, { size: 9000 }, { size: 9500 }, { size: 9000 }])
  })
})

describe('a client that goes away in the third of its files', () => {
  it('leaves two media at X, and events say that nobody knows of them', async () => {
    const { app, emulator, events, finalized } = formApp()
    const { stream, send } = slowBody()
    const away = new AbortController()
    const answer = app.request(streamed(stream, away.signal))
    send(bytesOf(formText([photo(1000), photo(1001), photo(9000)]).slice(0, -2000)))
    await expect.poll(finalized).toBe(2)
    away.abort()
    await answer
    const ids = emulator.uploads().flatMap(({ id, finalized }) => (finalized ? [id] : []))
    const told = events.flatMap((event) => (event.type === 'unclaimed' ? [event.mediaId] : []))
    expect(told).toEqual(ids)
    expect(events.map(({ type }) => type)).toContain('aborted')
  })
})

describe('an error of the app’s own functions', () => {
  it('ends the request, and events name the media that X has', async () => {
    const { app, events, finalized } = formApp({
      inspect(_, { totalBytes }) {
        if (totalBytes === 1001) throw new Error('no scanner')
        return undefined
      },
    })
    const caught = new Hono().route('/', app).onError((error, c) => c.text(error.message, 500))
    const body = bytesOf(formText([photo(1000), photo(1001), photo(1002)]))
    const answer = await caught.request('/', { method: 'POST', headers: FORM, body })
    expect([answer.status, await answer.text()]).toEqual([500, 'no scanner'])
    expect(finalized()).toBe(1)
    expect(events.filter(({ type }) => type === 'unclaimed')).toHaveLength(1)
  })
})

describe('xMediaUpload', () => {
  it('leaves all media in the context, and runs the handler only when X has all files', async () => {
    const { options } = formApp()
    const app = new Hono<XMediaEnv>().post('/posts', xMediaUpload(options), (c) => {
      const { xMedia, xMediaAll } = c.var
      return c.json({ first: xMedia.id, ids: xMediaAll.map(({ id }) => id) })
    })
    const post = async (...parts: Parameters<typeof formText>[0]) => {
      const answer = await app.request('/posts', { method: 'POST', headers: FORM, body: bytesOf(formText(parts)) })
      return { status: answer.status, json: await answer.json() }
    }
    const { json } = await post(photo(1000), photo(1001))
    expect(json).toEqual({ first: json.ids[0], ids: [expect.any(String), expect.any(String)] })
    expect((await post(photo(1000))).json.ids).toHaveLength(1)
    const partial = await post(photo(1000), bad)
    expect(partial).toMatchObject({ status: 207, json: { data: [{ id: expect.any(String) }, { status: 415 }] } })
    expect(partial.json.data[0]).not.toHaveProperty('location')
    expect((await post(bad, bad)).status).toBe(415)
  })
})
