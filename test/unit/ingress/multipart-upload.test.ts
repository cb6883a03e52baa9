import { describe, expect, it } from 'vitest'
import type { XMediaErrorCode } from '../../../src/errors.ts'
import {
  contentTypeOf,
  type Part,
  part,
  type ReadOptions,
  read,
  readWithBusboy,
  render,
  split,
} from '../../support/multipart.ts'

const CONTENT_TYPE = contentTypeOf('b')
const DELIMITER = '\r\n--b'
const KIB = 1024

const bodyOf = (...parts: Part[]) => render({ boundary: 'b', parts, end: '\r\n' }).join('')
const field = (name: string, content = 'v') => part(`name="${name}"`, content)
const file = (content = 'DATA', ...headers: string[]) =>
  part('name="f"; filename="x"', content, 'Content-Type: image/png', ...headers)
const LENGTH = bodyOf(file()).length
/** A form up to the end of the file's delimiter. */
const OPEN = bodyOf(file()).slice(0, -'--\r\n'.length)

/** Expects this outcome of a body that arrives in one read. */
async function expectOf(body: string, outcome: object, options?: ReadOptions) {
  expect(await read(CONTENT_TYPE, [body], options)).toMatchObject(outcome)
}

const accepted = (content = 'DATA') => ({ accepted: true, file: content })
const refused = (...codes: XMediaErrorCode[]) => ({ accepted: false, code: expect.toBeOneOf(codes) })

describe('readMultipart compared with busboy', () => {
  const HIDDEN = 'Content-Disposition: form-data; name="g"; filename="y"\r\n\r\nMORE'

  it.each([
    ['a space before a header’s colon', OPEN.replace('Type:', 'Type :')],
    ['a header name that is not a token', OPEN.replace('Content-Type', '(x): y\r\nContent-Type')],
    ['an unclosed quote', OPEN.replace('"x"', '"x')],
    ['a filename without a value', OPEN.replace('"x"', '')],
    ['text after the parameters', OPEN.replace('"x"', '"x" y')],
    ['a space before a parameter’s value', OPEN.replace('"x"', ' "x"')],
    ['a boundary among the headers', OPEN.replace('Content-Type', '--b: x\r\nContent-Type')],
    ['a header on the line of a boundary', OPEN.replace('--b', '--bX: y')],
    ['a first boundary in the middle of a line', `x${OPEN}`],
    ['a boundary right after the headers', OPEN.replace('DATA', '--b\r\nMORE')],
    ['a boundary right after the headers of a field', bodyOf(field('u', '--b\r\nv'), file()).slice(0, -4)],
    ['another file after a line of two dashes', `${OPEN}\r\n--\r\n${HIDDEN}${DELIMITER}`],
    ['empty lines before the headers', `${OPEN}\r\n\r\n\r\n--b`],
  ])('refuses %s, which busboy reads differently', async (_, open) => {
    const body = `${open}--\r\n`
    expect(await readWithBusboy(CONTENT_TYPE, body)).not.toEqual({ error: undefined, files: ['DATA'], fields: [] })
    await expectOf(body, refused('malformed_multipart', 'file_missing'))
  })

  it('refuses a closing boundary in the middle of a line, which busboy does not see', async () => {
    const body = `${OPEN}\r\n--x--b--`
    expect(await readWithBusboy(CONTENT_TYPE, body)).toMatchObject({ error: 'Unexpected end of form' })
    await expectOf(body, refused('malformed_multipart', 'body_incomplete'))
  })

  it('does not take a boundary out of another parameter’s quoted value', async () => {
    const contentType = 'multipart/form-data; x="; boundary=b;"; boundary=c'
    expect(await readWithBusboy(contentType, bodyOf(file()))).toMatchObject({ files: [] })
    expect(await read(contentType, [bodyOf(file())])).toMatchObject({ accepted: false })
  })
})

describe('readMultipart, with a body in several reads', () => {
  const LARGE = `${'\r\n--'.repeat(3000)}\r`

  it.each([
    ['one segment', {}],
    ['smaller segments', { headers: { 'upload-length': `${LARGE.length}` }, segmentBytes: 1000 }],
  ])('finds a boundary that is cut at any position: the file goes into %s', async (_, options) => {
    const body = bodyOf(file(LARGE))
    for (let at = body.length - 16; at <= body.length; at++) {
      expect(await read(CONTENT_TYPE, [body.slice(0, at), body.slice(at)], options)).toMatchObject(accepted(LARGE))
    }
  })

  it('reads the same from two reads, cut at any position', async () => {
    const body = bodyOf(field('alt_text', '\xc3\xa9'), file('\r\n-\r\n--a'), field('u'))
    for (let at = 0; at <= body.length; at++) {
      const outcome = await read(CONTENT_TYPE, split(body, [at]))
      expect(outcome).toMatchObject({ ...accepted('\r\n-\r\n--a'), upload: { parameters: { alt_text: 'é' } } })
    }
  })

  it('reads a body byte by byte', async () => {
    const pieces = split(bodyOf(field('shared', 'true'), file(LARGE)), 'bytes')
    expect(await read(CONTENT_TYPE, pieces)).toMatchObject({
      ...accepted(LARGE),
      upload: { parameters: { shared: true } },
    })
  })

  it('accepts a last line break that arrives in a read of its own, or never', async () => {
    const body = bodyOf(file())
    for (const pieces of [[body.slice(0, -2), '\r\n'], [body.slice(0, -2), '\r', '\n'], [body.slice(0, -2)]]) {
      expect(await read(CONTENT_TYPE, pieces)).toMatchObject(accepted())
    }
  })

  it('refuses a malformed body with the same code, wherever it is cut', async () => {
    const body = bodyOf({ headers: ['nothing'], content: 'v' }, file(LARGE))
    for (const pieces of [[body], split(body, 'bytes'), split(body, [4096]), split(body, [body.length - 9])]) {
      expect(await read(CONTENT_TYPE, pieces)).toMatchObject(refused('malformed_multipart'))
    }
  })

  it('is not affected by an unfinished body of another request', async () => {
    const cut = bodyOf(part('name="f"; filename="\xc3', '')).slice(0, -13)
    await expectOf(cut, refused('body_incomplete'))
    await expectOf(bodyOf(file()), accepted())
  })
})

describe('readMultipart, with a body that ends too early or too late', () => {
  it.each([
    ['in the file', OPEN.slice(0, -4)],
    ['in the closing boundary', OPEN.slice(0, -1)],
    ['after the boundary', OPEN],
    ['between the two closing dashes', `${OPEN}-`],
    ['in a field after the file', `${OPEN}\r\nContent-Disposition: form-data; name="u"\r\n\r\nv`],
    ['in a field before the file', bodyOf(field('u')).slice(0, -10)],
    ['in the headers', OPEN.slice(0, 20)],
    ['in the first boundary', '--'],
    ['without a byte', ''],
  ])('refuses a body that ends %s', async (_, body) => {
    await expectOf(body, refused('body_incomplete'))
  })

  it.each(['x', ' x', ' ', '-', '-x', '\r', '\n', '\rx', '\r\nx'])(
    'refuses %j after a boundary in the file',
    async (garbage) => {
      await expectOf(bodyOf(file(`DATA${DELIMITER}${garbage}`)), refused('malformed_multipart'))
    },
  )
})

describe('readMultipart, its limits', () => {
  it('accepts a preamble, and refuses one of more than 64 KiB', async () => {
    const body = bodyOf(file())
    await expectOf(`${'p'.repeat(10_000)}\r\n${body}`, accepted())
    await expectOf(`${'p'.repeat(70_000)}\r\n${body}`, refused('multipart_limit', 'malformed_multipart'))
  })

  it('accepts 60 KiB before the file, and refuses more than 64 KiB', async () => {
    const large = 'D'.repeat(100_000)
    const bodyWith = (bytes: number) => bodyOf(field('u', 'v'.repeat(bytes)), file(large))
    await expectOf(bodyWith(60 * KIB - 200), accepted(large))
    await expectOf(bodyWith(64 * KIB), refused('multipart_limit'))
  })

  it.each([
    ['one header', [`X: ${'x'.repeat(70_000)}`]],
    ['many headers', Array<string>(1000).fill(`X: ${'x'.repeat(70)}`)],
  ])('refuses %s of more than 64 KiB', async (_, headers) => {
    const code = refused('multipart_limit', 'malformed_multipart')
    await expectOf(bodyOf(file('DATA', ...headers)), code)
    await expectOf(bodyOf(file(), part('name="u"', 'v', ...headers)), code)
  })

  it('accepts 32 fields before the file and 32 after it, and refuses 33', async () => {
    const fields = Array<Part>(32).fill(field('u'))
    await expectOf(bodyOf(...fields, file(), ...fields), accepted())
    const code = refused('multipart_limit', 'malformed_multipart')
    await expectOf(bodyOf(...fields, field('u'), file()), code)
    await expectOf(bodyOf(file(), ...fields, field('u')), code)
  })

  it.each([
    ['before the file within 128 KiB', '', 128 * KIB],
    ['after the file within 192 KiB', OPEN.slice(0, -3), 192 * KIB],
  ])('refuses 200,000 empty parts %s', async (_, front, bytes) => {
    const parts = bodyOf(...Array<Part>(100).fill(field('u', ''))).slice(0, -'--b--\r\n'.length)
    const outcome = await read(CONTENT_TYPE, [front, ...Array<string>(2000).fill(parts)])
    expect(outcome).toMatchObject(refused('multipart_limit', 'malformed_multipart'))
    expect(outcome.reads * parts.length).toBeLessThan(bytes)
  })

  it('accepts 64 KiB between the file’s boundary and the end of the closing one, and refuses one byte more', async () => {
    const rest = (content: string) => bodyOf(field('u', content)).slice('--b'.length, -'\r\n'.length)
    const content = 'v'.repeat(64 * KIB - rest('').length)
    await expectOf(OPEN + rest(content), accepted())
    await expectOf(OPEN + rest(`${content}v`), refused('multipart_limit'))
  })

  it('ignores 64 KiB after the closing boundary, and refuses one byte more', async () => {
    const epilogue = 'v'.repeat(64 * KIB)
    for (const open of [`${OPEN}--`, bodyOf(file(), field('u', 'v'.repeat(60 * KIB))).slice(0, -'\r\n'.length)]) {
      await expectOf(open + epilogue, accepted())
      await expectOf(`${open}${epilogue}v`, refused('multipart_limit'))
      await expectOf(open + epilogue.repeat(9), refused('multipart_limit'))
    }
  })
})

describe('readMultipart, its parts', () => {
  it.each(["name=f; filename*=UTF-8''%E0%A4%A", 'name="f"; filename="\\""', 'filename=x;name=f'])(
    'recognizes the file by %s',
    async (disposition) => {
      await expectOf(bodyOf(part(disposition, 'DATA', 'Content-Type: image/png')), accepted())
    },
  )

  it.each(['a\rb', 'a\nb', 'a\r\nb', 'a\0b', 'a"b', '\x7f'])('refuses the name %j', async (name) => {
    await expectOf(bodyOf(field(name), file()), refused('malformed_multipart'))
    await expectOf(bodyOf(file(), field(name)), refused('malformed_multipart'))
  })

  it.each(['a\\"b', 'a%22b', 'a%0D%0Ab', 'a; filename=b', '\xc3\xa9', '__proto__'])(
    'accepts the name %j',
    async (name) => {
      await expectOf(bodyOf(field(name), file(), field(name)), accepted())
    },
  )

  it.each([
    ['two names', part('name="u"; name="u"', 'v')],
    ['two filenames', part('name="u"; filename="x"; FILENAME="x"', 'v')],
    ['two Content-Disposition headers', part('name="u"', 'v', 'content-disposition: form-data; name="u"')],
    ['no Content-Disposition header', { headers: ['Content-Type: image/png'], content: 'v' }],
    ['no name', part('filename="x"', 'v')],
    ['another disposition', { headers: ['Content-Disposition: attachment; name="u"'], content: 'v' }],
    ['no headers', { headers: [], content: 'v' }],
    ['a header twice', part('name="u"', 'v', 'Content-Type: text/plain', 'content-type: text/plain')],
  ])('refuses a part with %s', async (_, one) => {
    await expectOf(bodyOf(one, field('u'), file()), { accepted: false })
    await expectOf(bodyOf(file(), one, field('u')), { accepted: false })
  })

  it.each(['0', '1', '99999', 'x'])(
    'ends the file at its boundary, whatever Content-Length its part has: %s',
    async (length) => {
      await expectOf(bodyOf(file('DATA', `Content-Length: ${length}`)), accepted())
    },
  )

  it.each(['0', '1', '99999', 'x'])(
    'ends a field at its boundary, whatever Content-Length it has: %s',
    async (length) => {
      const shared = part('name="shared"', 'true', `Content-Length: ${length}`)
      await expectOf(bodyOf(shared, file()), { ...accepted(), upload: { parameters: { shared: true } } })
    },
  )

  it('refuses two files', async () => {
    await expectOf(bodyOf(file(), file()), refused('too_many_files'))
    await expectOf(bodyOf(file(), field('u'), file('')), refused('too_many_files'))
  })

  it('refuses a form without a file, and an empty file', async () => {
    await expectOf(bodyOf(), refused('file_missing'))
    await expectOf(bodyOf(field('u')), refused('file_missing'))
    // Browsers send this for a file input in which nothing was chosen.
    await expectOf(
      bodyOf(part('name="f"; filename=""', '', 'Content-Type: application/octet-stream')),
      refused('file_missing'),
    )
    for (const body of [bodyOf(file('')), bodyOf(file(''), field('u'))]) {
      await expectOf(body, refused('empty_body'))
    }
  })

  it('reads a parameter that has a filename, as FormData gives to a Blob', async () => {
    const shared = part('name="shared"; filename="blob"', 'true')
    await expectOf(bodyOf(shared, file()), { ...accepted(), upload: { parameters: { shared: true } } })
  })

  it('prefers media_type to the part’s Content-Type', async () => {
    await expectOf(bodyOf(file()), { upload: { declared: { mediaTypes: ['image/png'] } } })
    await expectOf(bodyOf(field('media_type', 'image/gif'), file()), {
      upload: { declared: { mediaTypes: ['image/gif'] } },
    })
  })

  it('refuses a parameter that appears twice, or differs from the query', async () => {
    const shared = field('shared', 'true')
    await expectOf(bodyOf(shared, shared, file()), refused('invalid_parameter'))
    const body = bodyOf(shared, file())
    await expectOf(body, refused('invalid_parameter'), { parameters: { shared: false } })
    await expectOf(body, accepted(), { parameters: { shared: true } })
  })

  it('reads parameters as UTF-8 only', async () => {
    const latin1 = part('name="alt_text"', '\xe9', 'Content-Type: text/plain; charset=iso-8859-1')
    await expectOf(bodyOf(latin1, file()), refused('invalid_parameter'))
    await expectOf(bodyOf(field('u', '\xe9'), file()), accepted())
    const marked = bodyOf(field('alt_text', '\xef\xbb\xbf\xc3\xa9'), file())
    await expectOf(marked, { upload: { parameters: { alt_text: '\ufeffé' } } })
  })
})

describe('readMultipart, its lengths', () => {
  it.each<[Record<string, string>, string | undefined, object]>([
    [{ 'content-length': `${LENGTH}` }, undefined, accepted()],
    [{ 'content-length': `${LENGTH}`, 'upload-length': '4' }, undefined, accepted()],
    [{ 'upload-length': '4' }, '5', refused('length_conflict')],
    [{ 'content-length': `${LENGTH}` }, '7', refused('length_conflict')],
    [{ 'content-length': `${LENGTH}`, 'upload-length': '7' }, undefined, refused('length_conflict')],
    [{ 'content-length': `${LENGTH - 9}` }, undefined, refused('body_incomplete')],
    [{ 'content-length': '1' }, undefined, refused('body_incomplete')],
    [{ 'upload-length': '5' }, undefined, refused('body_too_short')],
    [{}, '3', refused('body_too_long')],
    [{}, '4.0', refused('invalid_length')],
  ])('compares %j and total_bytes %j with each other and with the file', async (headers, totalBytes, outcome) => {
    const parameters = totalBytes === undefined ? {} : { total_bytes: totalBytes }
    await expectOf(bodyOf(file()), outcome, { headers, parameters })
  })
})
