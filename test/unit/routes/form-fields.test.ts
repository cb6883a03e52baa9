import { describe, expect, it } from 'vitest'
import { describedMedia, emulator, optionsWith } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { contentTypeOf, type Part, part, render, utf8 } from '../../support/multipart.ts'

const allow = { additionalOwners: true, shared: true }
const app = describedMedia(optionsWith({ allow, x: { segmentBytes: 8192 } }))

const field = (name: string, value: string) => part(`name="${name}"`, utf8(value))

function image(bytes: number, type = 'image/png'): Part {
  const content = Buffer.from(sampleFile('image/png', bytes)).toString('latin1')
  return part('name="media"; filename="a.png"', content, `Content-Type: ${type}`)
}

const BELOW = image(5000)
const ABOVE = part(
  'name="media"; filename="a.mp4"',
  Buffer.from(sampleFile('video/mp4', 20_000)).toString('latin1'),
  'Content-Type: video/mp4',
)

interface Options {
  query?: string
  /** Whether the body declares its length. Default true. */
  hasLength?: boolean
}

async function post(parts: Part[], { query = '', hasLength = true }: Options = {}): Promise<Response> {
  const body = Buffer.from(render({ boundary: 'b', parts, end: '\r\n' }).join(''), 'latin1')
  const length = hasLength ? { 'content-length': String(body.length) } : {}
  return await app.request(`/${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': contentTypeOf('b'), ...length },
  })
}

/** What X has of an upload that was accepted. */
async function uploaded(answer: Response) {
  const json = await answer.json()
  expect([answer.status, json]).toMatchObject([201, {}])
  return await emulator.upload(json.data.id)
}

/** Expects that a form is refused, and how often INIT and FINALIZE were called until then. */
async function expectRefused(sending: () => Promise<Response>, problem: object, calls = [0, 0]) {
  const before = emulator.requests().counts
  const answer = await sending()
  expect([answer.status, await answer.json()]).toMatchObject([400, problem])
  const after = emulator.requests().counts
  expect([after.initialize - before.initialize, after.finalize - before.finalize]).toEqual(calls)
}

const EVERYTHING = [
  field('media_type', 'image/png'),
  field('media_category', 'dm_image'),
  field('total_bytes', '5000'),
  field('additional_owners', '12,34'),
  field('shared', 'on'),
  field('alt_text', 'Zoë’s cat 😀'),
]

const AS_SENT = {
  media_type: 'image/png',
  media_category: 'dm_image',
  additional_owners: ['12', '34'],
  shared: true,
  alt_text: 'Zoë’s cat 😀',
  size: 5000,
}

describe('fields around a file that ends within the first segment', () => {
  const vague = image(5000, 'application/octet-stream')

  it.each([
    ['before it', [...EVERYTHING, vague]],
    ['after it', [vague, ...EVERYTHING]],
    ['on both sides', [...EVERYTHING.slice(0, 3), vague, ...EVERYTHING.slice(3)]],
  ])('all count: %s', async (_, parts) => {
    for (const hasLength of [true, false]) {
      expect(await uploaded(await post(parts, { hasLength }))).toMatchObject(AS_SENT)
    }
  })

  it('all count after it when the size is in the query', async () => {
    expect(await uploaded(await post([vague, ...EVERYTHING], { query: '?total_bytes=5000' }))).toMatchObject(AS_SENT)
  })

  it('are checked after it as before it, without a call to X', async () => {
    for (const [name, value, code] of [
      ['media_category', 'avatar', 'invalid_parameter'],
      ['media_category', 'tweet_video', 'category_mismatch'],
      ['alt_text', 'a'.repeat(1001), 'invalid_parameter'],
      ['altText', 'a', 'invalid_parameter'],
      ['total_bytes', '4999', 'body_too_long'],
      ['total_bytes', '5001', 'body_too_short'],
      ['total_bytes', '5,000', 'invalid_length'],
    ] as const) {
      await expectRefused(() => post([BELOW, field(name, value)]), { code })
      await expectRefused(() => post([field(name, value), BELOW]), { code })
    }
  })

  it('are refused when a parameter is on both sides, or differs from the query', async () => {
    const alt = field('alt_text', 'a')
    await expectRefused(() => post([alt, BELOW, alt]), {
      code: 'invalid_parameter',
      detail: expect.stringContaining('twice'),
    })
    await expectRefused(() => post([BELOW, alt], { query: '?alt_text=b' }), {
      code: 'invalid_parameter',
      detail: '`alt_text` was sent with two values, "b" and "a". Send it once.',
    })
  })

  it('are not sent when they are empty', async () => {
    const empty = ['media_type', 'media_category', 'total_bytes', 'additional_owners', 'shared', 'alt_text'].map(
      (name) => field(name, ''),
    )
    for (const parts of [
      [...empty, BELOW],
      [BELOW, ...empty],
    ]) {
      expect(await uploaded(await post(parts))).toMatchObject({
        media_category: 'tweet_image',
        shared: false,
        size: 5000,
      })
    }
  })

  it('are ignored when they are unknown', async () => {
    const unknown = [field('utf8', '✓'), field('MAX_FILE_SIZE', '1'), field('text_alt', 'x')]
    expect(await uploaded(await post([...unknown, BELOW, ...unknown]))).toMatchObject({ size: 5000 })
  })

  it('may have a name like a parameter’s only if they are the file', async () => {
    const named = part('name="Shared"; filename="a.png"', BELOW.content, 'Content-Type: image/png')
    expect(await uploaded(await post([named]))).toMatchObject({ size: 5000 })
    await expectRefused(() => post([field('Shared', 'true'), BELOW]), {
      code: 'invalid_parameter',
      detail: '"Shared" is not a parameter. Did you mean `shared`?',
    })
  })
})

describe('fields after an image that is larger than the first segment', () => {
  it('count as those after a smaller one, for it is held whole', async () => {
    const large = image(20_000, 'application/octet-stream')
    const fields = EVERYTHING.map((own) =>
      own.headers[0]?.includes('total_bytes') ? field('total_bytes', '20000') : own,
    )
    for (const hasLength of [true, false]) {
      expect(await uploaded(await post([large, ...fields], { hasLength }))).toMatchObject({ ...AS_SENT, size: 20_000 })
    }
    await expectRefused(() => post([large, field('total_bytes', '19999')]), { code: 'body_too_long' })
  })

  it('come too late when its size was told, for then it is not held', async () => {
    const sending = () => post([image(20_000), field('shared', 'true')], { query: '?total_bytes=20000' })
    await expectRefused(sending, { code: 'invalid_parameter' }, [1, 0])
  })
})

describe('fields after a video that is larger than the first segment', () => {
  const TOLD = { query: '?total_bytes=20000' }

  it('may be the alternative text, when the size is told', async () => {
    for (const hasLength of [true, false]) {
      const upload = await uploaded(await post([ABOVE, field('alt_text', 'A cat')], { ...TOLD, hasLength }))
      expect(upload).toMatchObject({ alt_text: 'A cat', size: 20_000 })
    }
  })

  it('may be unknown or empty, when the size is told', async () => {
    const late = [field('comment', 'x'), field('media_category', ''), field('shared', '')]
    expect(await uploaded(await post([ABOVE, ...late], TOLD))).toMatchObject({ size: 20_000 })
  })

  it.each(EVERYTHING.slice(0, -1))('are refused otherwise, for X has begun without them', async (late) => {
    const detail = expect.stringMatching(/^`\w+` arrived after the file\. Send it before the file\.$/)
    for (const query of [TOLD.query, '']) {
      await expectRefused(() => post([ABOVE, late], { query }), { code: 'invalid_parameter', detail }, [1, 0])
    }
  })

  it('are checked as those before it', async () => {
    for (const [name, value] of [
      ['alt_text', 'a'.repeat(1001)],
      ['Alt-Text', 'a'],
    ] as const) {
      await expectRefused(() => post([ABOVE, field(name, value)], TOLD), { code: 'invalid_parameter' }, [1, 0])
    }
    await expectRefused(() => post([ABOVE, BELOW], TOLD), { code: 'too_many_files' }, [1, 0])
  })
})

describe('parameters in the query', () => {
  it('are read as those in a form', async () => {
    const query = '?shared=yes&alt_text=&media_category=dm_image&utm_source=x&utm_source=y'
    expect(await uploaded(await post([BELOW], { query }))).toMatchObject({ media_category: 'dm_image', shared: true })
  })

  it.each([
    ['altText=a', '"altText" is not a parameter. Did you mean `alt_text`?'],
    ['shared=maybe', '`shared` is "maybe". Send true or false.'],
    ['shared=1&shared=1', '`shared` was sent more than once. Send it once.'],
  ])('are refused before the body is read: %s', async (query, detail) => {
    await expectRefused(() => post([BELOW], { query: `?${query}` }), { code: 'invalid_parameter', detail })
  })
})
