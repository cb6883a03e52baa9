import { describe, expect, it } from 'vitest'
import {
  compatClient,
  countFinalized,
  errorOf,
  expectReceived,
  finalize,
  idOf,
  image,
  initialize,
  type Send,
  video,
} from '../../support/compat-calls.ts'
import { contentTypeOf, type Part, part, render } from '../../support/multipart.ts'

const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** A form as a client writes it that no table knows. */
function formOf(parts: Part[], end: string): RequestInit {
  const body = Buffer.from(render({ boundary: '=-=a1', parts, end }).join(''), 'latin1')
  return { body, headers: { 'content-type': contentTypeOf('=-=a1'), 'content-length': String(body.length) } }
}

const ENDINGS = ['', '\r\n', '\r\n\r\n', '\n', '\r\nbye', 'x'.repeat(65_536)]

describe('APPEND of X’s own API, as a form', () => {
  it.each(ENDINGS)('may end in anything, of up to 64 KiB: %#', async (end) => {
    const send = compatClient()
    const id = await initialize(send)
    for (const [index, from] of [0, 8000, 16_000].entries()) {
      const media = part('name="media"', binary(video.slice(from, from + 8000)))
      const position = part('name="segment_index"', String(index))
      const parts = index % 2 === 0 ? [position, media] : [media, position]
      const answer = await send('POST', `/upload/${id}/append`, formOf(parts, end))
      expect(answer.status, await answer.text()).toBe(200)
    }
    await finalize(send, id)
    await expectReceived(id, video)
  })

  it('is refused when more than 64 KiB follow its closing boundary', async () => {
    const send = compatClient()
    const id = await initialize(send)
    const parts = [part('name="segment_index"', '0'), part('name="media"', binary(video))]
    const sending = send('POST', `/upload/${id}/append`, formOf(parts, 'x'.repeat(65_537)))
    expect(await errorOf(sending)).toEqual([400, expect.stringContaining('65,536 bytes follow the closing boundary')])
  })

  it('is refused when it has two segments', async () => {
    const send = compatClient()
    const media = part('name="media"', binary(video))
    const sending = send('POST', `/upload/${await initialize(send)}/append`, formOf([media, media], '\r\n'))
    expect(await errorOf(sending)).toEqual([400, '`media` is in the form twice. Send it once.'])
  })
})

describe('a whole file of X’s own API, as a form', () => {
  const category = part('name="media_category"', 'tweet_image')
  const media = part('name="media"; filename="a.png"', binary(image), 'Content-Type: image/png')
  const upload = (send: Send, parts: Part[], end: string) => send('POST', '/upload', formOf(parts, end))

  it.each(ENDINGS.filter((end) => end !== '\r\n'))(
    'that is larger than a segment, and ends unexpectedly, is refused once: %#',
    async (end) => {
      const send = compatClient()
      const before = await countFinalized()
      expect(await errorOf(upload(send, [category, media], end))).toEqual([
        400,
        expect.stringContaining('the file has 9,000 bytes'),
      ])
      expect(await countFinalized()).toBe(before)
      await expectReceived(await idOf(await upload(send, [category, media], end)), image)
    },
  )

  it('that ends unexpectedly is accepted with the header that its refusal asks for', async () => {
    const [, refusal] = await errorOf(upload(compatClient(), [category, media], 'bye'))
    expect(refusal).toContain('9,000 bytes. Send the header Upload-Length. Or try again')
    const { body, headers } = formOf([category, media], 'bye')
    const sized = { ...Object.fromEntries(new Headers(headers)), 'upload-length': String(image.length) }
    const answer = await compatClient()('POST', '/upload', { ...(body ? { body } : {}), headers: sized })
    await expectReceived(await idOf(answer), image)
  })

  it.each(ENDINGS)('that fits into one segment may end in anything: %#', async (end) => {
    const send = compatClient({ x: { segmentBytes: 100_000 } })
    await expectReceived(await idOf(await upload(send, [category, media], end)), image)
  })

  it.each(ENDINGS)('that has its category after it may end in anything: %#', async (end) => {
    await expectReceived(await idOf(await upload(compatClient(), [media, category], end)), image)
  })

  it('is refused with fields after it once X has begun without them', async () => {
    const owners = part('name="additional_owners"', '1')
    expect(await errorOf(upload(compatClient(), [category, media, owners], '\r\n'))).toEqual([
      400,
      'Send all fields before the media.',
    ])
  })
})
