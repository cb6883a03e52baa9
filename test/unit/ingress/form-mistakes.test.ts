import { describe, expect, it } from 'vitest'
import { contentTypeOf, part, read, render } from '../../support/multipart.ts'

const PNG = 'Content-Type: image/png'
const DISPOSITION = 'name="f"; filename="x"'

const form = (disposition = DISPOSITION, content = 'DATA') =>
  render({ boundary: 'b', parts: [part(disposition, content, PNG)], end: '\r\n' }).join('')

/** What a client is told that sends this body in one read. */
async function refusalOf(body: string, { contentType = contentTypeOf('b'), segmentBytes = 1 << 20 } = {}) {
  const headers = { 'content-length': String(body.length) }
  const outcome = await read(contentType, [body], { headers, segmentBytes })
  return outcome.accepted ? 'accepted' : [outcome.code, outcome.detail]
}

describe('a form that a client writes by hand', () => {
  it.each([
    ['within the first segment', 'DATA'.repeat(100), 1 << 20],
    ['in several segments', 'DATA'.repeat(10_000), 1024],
  ])('is refused as unfinished when it has no closing boundary, with a file %s', async (_, content, segmentBytes) => {
    const whole = form(DISPOSITION, content)
    const detail = 'The form ended before its closing boundary. Send all of it.'
    for (const body of [whole.slice(0, -'\r\n--b--\r\n'.length), whole.replace('\r\n--b--', '--b--')]) {
      expect(await refusalOf(body, { segmentBytes })).toEqual(['body_incomplete', detail])
    }
  })

  it('is told that lines end with CRLF', async () => {
    expect(await refusalOf(form().replaceAll('\r\n', '\n'))).toEqual([
      'malformed_multipart',
      'A line ends with LF alone. End every line of the form with CRLF.',
    ])
  })

  it.each([
    ['another boundary', contentTypeOf('c'), 'DATA', '"--c"'],
    ['another boundary, and a large file', contentTypeOf('c'), 'D'.repeat(100_000), '"--c"'],
    ['quotes that are no quotes', "multipart/form-data; boundary='b'", 'DATA', `"--'b'"`],
  ])('is told which boundary its body lacks: %s', async (_, contentType, content, boundary) => {
    expect(await refusalOf(form(DISPOSITION, content), { contentType })).toEqual([
      'malformed_multipart',
      `No line of the form is ${boundary}. Send the boundary that the body has.`,
    ])
  })

  it.each(['name=f; filename=my photo.png', 'name = "f"; filename = "x"', 'filename="x"'])(
    'is shown the Content-Disposition that cannot be read: %s',
    async (disposition) => {
      expect(await refusalOf(form(disposition))).toEqual([
        'malformed_multipart',
        expect.stringContaining(JSON.stringify(`form-data; ${disposition}`).slice(0, 30)),
      ])
    },
  )

  it('is told that a part has no Content-Disposition', async () => {
    const body = render({ boundary: 'b', parts: [{ headers: [PNG], content: 'DATA' }], end: '\r\n' }).join('')
    expect(await refusalOf(body)).toEqual(['malformed_multipart', expect.stringMatching(/has no Content-Disposition/)])
  })
})
