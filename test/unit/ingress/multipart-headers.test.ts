import { describe, expect, it } from 'vitest'
import { contentTypeOf, type Part, part, read, render } from '../../support/multipart.ts'

const PNG = 'Content-Type: image/png'
const field = (name: string, content = 'v') => part(`name="${name}"`, content)
const file = (...headers: string[]) => part('name="f"; filename="x"', 'DATA', PNG, ...headers)
const bodyOf = (...parts: Part[]) => render({ boundary: 'b', parts, end: '\r\n' }).join('')

/** Reads a body in two pieces, cut at every position, and expects the same outcome of each. */
async function expectOf(body: string, outcome: object, contentType = contentTypeOf('b')) {
  for (let at = 0; at < body.length; at++) {
    expect(await read(contentType, [body.slice(0, at), body.slice(at)])).toMatchObject(outcome)
  }
}

const accepted = { accepted: true, file: 'DATA' }
const malformed = { accepted: false, code: 'malformed_multipart' }

describe('a filename', () => {
  it.each([
    ['a raw quote', 'name="f"; filename="a"b.png"'],
    ['raw quotes around it', 'name="f"; filename=""a.png""'],
    ['a quote and a semicolon', 'name="f"; filename="a"; b.png"'],
    ['a backslash at its end', 'name="f"; filename="a\\"'],
    ['a backslash at its end, before the name', 'filename="a\\"; name="f"'],
    ['a backslash at its end, before another parameter', `name="f"; filename="a\\"; filename*=UTF-8''a`],
    ['a raw quote, before the name', 'filename="a"b.png"; name=f'],
    ['backslashes', 'name="f"; filename="C:\\dir\\a.png"'],
    ['escaped quotes', 'name="f"; filename="a\\"b\\".png"'],
    ['percent-escapes, as browsers write them', 'name="f"; filename="a%22%0D%0Ab.png"'],
    ['raw UTF-8', 'name="f"; filename="\xc3\xa9\xf0\x9f\x98\x80.png"'],
    ['raw Latin-1', 'name="f"; filename="\xe9\x80.png"'],
    ['an extended form beside it', `name="f"; filename="a.png"; filename*=UTF-8''%E2%82%AC.png`],
    ['an extended form alone', "name=f; filename*=utf-8'en'%e2%82%ac.png"],
    ['a broken extended form', "name=f; filename*=UTF-8''%E0%A4%A"],
    ['no quotes', 'filename=x;name=f'],
    ['a semicolon after it', 'name="f"; filename="a"b";'],
  ])('may have %s', async (_, disposition) => {
    await expectOf(bodyOf(part(disposition, 'DATA', PNG)), accepted)
  })

  it.each([
    ['without an end', 'name="f"; filename="x'],
    ['that hides the name', 'filename="a"b; name="f"'],
    ['beside a second name', 'name="f"; filename="a"b"; name="g"'],
    ['twice', 'name="f"; filename="a"b"; filename="c"'],
    ['with a control character', 'name="f"; filename="a\0"'],
    ['with a line break', 'name="f"; filename="a\rb"'],
  ])('is refused %s', async (_, disposition) => {
    await expectOf(bodyOf(part(disposition, 'DATA', PNG)), malformed)
  })
})

describe('the headers of a part', () => {
  it.each([
    [
      'in lower case',
      { headers: ['content-disposition: form-data; name="f"; filename="x"', 'content-type: image/png'] },
    ],
    ['in upper case', { headers: ['CONTENT-DISPOSITION: FORM-DATA; NAME="f"; FILENAME="x"', PNG] }],
    ['without a space', { headers: ['Content-Disposition:form-data;name="f";filename="x"', 'Content-Type:image/png'] }],
    ['folded at a space', { headers: ['Content-Disposition: form-data;\r\n name="f";\r\n\tfilename="x"', PNG] }],
    ['folded before a parameter', { headers: ['Content-Disposition: form-data; name="f"\r\n ; filename="x"', PNG] }],
    [
      'folded in the type',
      { headers: ['Content-Disposition: form-data; name=f; filename=x', 'Content-Type:\r\n image/png'] },
    ],
  ])('may be written %s', async (_, { headers }) => {
    await expectOf(bodyOf({ headers, content: 'DATA' }), {
      ...accepted,
      upload: { declared: { mediaTypes: ['image/png'] } },
    })
  })

  it.each([
    ['Content-Length', 'Content-Length: 4'],
    ['Content-Transfer-Encoding', 'Content-Transfer-Encoding: binary'],
    ['both in lower case', 'content-length: 4\r\ncontent-transfer-encoding: binary'],
    ['any others', 'Content-ID: <a@b>\r\nX-Empty:\r\nMIME-Version: 1.0'],
  ])('may include %s', async (_, header) => {
    await expectOf(bodyOf(part('name="alt_text"', 'v', header), file(header), part('name="u"', 'v', header)), accepted)
  })

  it('are refused when a fold starts them', async () => {
    await expectOf(
      bodyOf({ headers: [' Content-Disposition: form-data; name="f"; filename="x"'], content: 'DATA' }),
      malformed,
    )
  })
})

describe('a boundary', () => {
  const body = (boundary: string) => render({ boundary, parts: [file()], end: '\r\n' }).join('')
  const LONGEST = `${"'()+_,./:?-".repeat(18)}12`

  it.each([
    ['quoted', 'multipart/form-data; boundary="b"'],
    ['before a charset', 'multipart/form-data; boundary=b; charset=utf-8'],
    ['quoted before a charset', 'multipart/form-data; boundary="b"; charset=UTF-8'],
    ['after a charset', 'multipart/form-data; charset=utf-8; Boundary=b'],
    ['without a space before it', 'multipart/form-data;boundary=b'],
    ['before a last semicolon', 'multipart/form-data; boundary=b;'],
    ['in another case of letters', 'Multipart/Form-Data; BOUNDARY=b'],
  ])('may stand %s', async (_, contentType) => {
    await expectOf(body('b'), accepted, contentType)
  })

  it.each([':', 'a b', '=b', 'b=', '*****', '---011000010111000001101001', '----=_Part_0_12.34', 'a|b{c}&d', LONGEST])(
    'may be %j',
    async (boundary) => {
      expect(LONGEST).toHaveLength(200)
      await expectOf(body(boundary), accepted, `multipart/form-data; boundary="${boundary}"`)
    },
  )

  it.each([`${LONGEST}5`, '', 'b ', 'é', '\t', 'a\\"b'])('is refused as %j', async (boundary) => {
    const contentType = `multipart/form-data; boundary="${boundary}"`
    expect(await read(contentType, [body(boundary)])).toMatchObject(malformed)
  })

  it('is required', async () => {
    expect(await read('multipart/form-data', [body('b')])).toMatchObject(malformed)
  })

  it.each([' ', '\t', ' \t  '])('may have %j after it on its line', async (space) => {
    const spaced = bodyOf(field('alt_text'), file(), field('u')).replaceAll('--b\r\n', `--b${space}\r\n`)
    const outcome = { ...accepted, upload: { parameters: { alt_text: 'v' } } }
    await expectOf(spaced, outcome)
    await expectOf(spaced.replace('--b--\r\n', `--b--${space}\r\n`), outcome)
  })

  it.each([' x', ' -', ' --', '\tx'])('is refused with %j after it on its line', async (text) => {
    await expectOf(bodyOf(field('u'), file()).replace('--b\r\n', `--b${text}\r\n`), malformed)
  })

  it.each(['', 'This is a multipart message.', 'a\r\n\r\n--\r\n--a', '\r\n'])(
    'may have the preamble %j before it',
    async (preamble) => {
      await expectOf(`${preamble}\r\n${bodyOf(file())}`, accepted)
    },
  )
})

describe('an epilogue', () => {
  it.each(['x', ' x', '\r\nx', '\r\n\r\n', '\n', '-', '--', '\0', '\r', ` ${bodyOf(file())}`, `\r\n${bodyOf(file())}`])(
    'is ignored: %j',
    async (epilogue) => {
      await expectOf(bodyOf(file()).slice(0, -2) + epilogue, accepted)
      await expectOf(bodyOf(file(), field('u')).slice(0, -2) + epilogue, accepted)
    },
  )
})
