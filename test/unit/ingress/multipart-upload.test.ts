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
/** Up to where the file's delimiter ends. */
const OPEN = bodyOf(file()).slice(0, -'--\r\n'.length)

/** Expects this of a body that comes in one read. */
async function expectOf(body: string, outcome: object, options?: ReadOptions) {
  expect(await read(CONTENT_TYPE, [body], options)).toMatchObject(outcome)
}

const taken = (content = 'DATA') => ({ accepted: true, file: content })
const refused = (...codes: XMediaErrorCode[]) => ({ accepted: false, code: expect.toBeOneOf(codes) })

describe('readMultipart beside busboy', () => {
  const FOLDED = bodyOf(file(), field('u')).replace('"u"', '"u"\r\n ;filename=":"')
  const HIDDEN = 'Content-Disposition: form-data; name="g"; filename="y"\r\n\r\nMORE'

  it.each([
    ['a space in front of a header’s colon', OPEN.replace('Type:', 'Type :')],
    ['a header whose name is no token', OPEN.replace('Content-Type', '(x): y\r\nContent-Type')],
    ['a filename in a folded line', FOLDED.slice(0, -'--\r\n'.length)],
    ['a quote that is not closed', OPEN.replace('"x"', '"x')],
    ['a filename of nothing, not even quotes', OPEN.replace('"x"', '')],
    ['something behind the parameters', OPEN.replace('"x"', '"x" y')],
    ['a space in front of a parameter’s value', OPEN.replace('"x"', ' "x"')],
    ['a boundary among the headers', OPEN.replace('Content-Type', '--b: x\r\nContent-Type')],
    ['a header on the line of a boundary', OPEN.replace('--b', '--bX: y')],
    ['a first boundary that is not at the begin of its line', `x${OPEN}`],
    ['a boundary right behind the headers', OPEN.replace('DATA', '--b\r\nMORE')],
    ['a boundary right behind the headers of a field', bodyOf(field('u', '--b\r\nv'), file()).slice(0, -4)],
    ['another file behind a line of two dashes', `${OPEN}\r\n--\r\n${HIDDEN}${DELIMITER}`],
    ['empty lines in front of the headers', `${OPEN}\r\n\r\n\r\n--b`],
  ])('refuses %s, which busboy reads differently', async (_, open) => {
    const body = `${open}--\r\n`
    expect(await readWithBusboy(CONTENT_TYPE, body)).not.toEqual({ error: undefined, files: ['DATA'], fields: [] })
    await expectOf(body, refused('malformed_multipart', 'file_missing'))
  })

  it('refuses a last boundary that is not at the begin of its line, which busboy does not see', async () => {
    const body = `${OPEN}\r\n--x--b--`
    expect(await readWithBusboy(CONTENT_TYPE, body)).toMatchObject({ error: 'Unexpected end of form' })
    await expectOf(body, refused('malformed_multipart', 'body_incomplete'))
  })

  it('refuses a boundary that is a parameter only by what another one quotes', async () => {
    const contentType = 'multipart/form-data; x="; boundary=b;"; boundary=c'
    expect(await readWithBusboy(contentType, bodyOf(file()))).toMatchObject({ files: [] })
    expect(await read(contentType, [bodyOf(file())])).toMatchObject({ accepted: false })
  })
})

describe('readMultipart, split', () => {
  const LARGE = `${'\r\n--'.repeat(3000)}\r`

  it.each([
    ['a segment it fits into', {}],
    ['smaller segments', { headers: { 'upload-length': `${LARGE.length}` }, segmentBytes: 1000 }],
  ])('finds a boundary over two reads at every position, read into %s', async (_, options) => {
    const body = bodyOf(file(LARGE))
    for (let at = body.length - 16; at <= body.length; at++) {
      expect(await read(CONTENT_TYPE, [body.slice(0, at), body.slice(at)], options)).toMatchObject(taken(LARGE))
    }
  })

  it('reads the same in two reads, cut at every position', async () => {
    const body = bodyOf(field('alt_text', '\xc3\xa9'), file('\r\n-\r\n--a'), field('u'))
    for (let at = 0; at <= body.length; at++) {
      const outcome = await read(CONTENT_TYPE, split(body, [at]))
      expect(outcome).toMatchObject({ ...taken('\r\n-\r\n--a'), upload: { parameters: { alt_text: 'é' } } })
    }
  })

  it('reads a body byte by byte', async () => {
    const pieces = split(bodyOf(field('shared', 'true'), file(LARGE)), 'bytes')
    expect(await read(CONTENT_TYPE, pieces)).toMatchObject({
      ...taken(LARGE),
      upload: { parameters: { shared: true } },
    })
  })

  it('takes a last line end that comes in its own read, or never', async () => {
    const body = bodyOf(file())
    for (const pieces of [[body.slice(0, -2), '\r\n'], [body.slice(0, -2), '\r', '\n'], [body.slice(0, -2)]]) {
      expect(await read(CONTENT_TYPE, pieces)).toMatchObject(taken())
    }
  })

  it('tells a malformed body by the same code however much of it was read', async () => {
    const body = bodyOf({ headers: ['nothing'], content: 'v' }, file(LARGE))
    for (const pieces of [[body], split(body, 'bytes'), split(body, [4096]), split(body, [body.length - 9])]) {
      expect(await read(CONTENT_TYPE, pieces)).toMatchObject(refused('malformed_multipart'))
    }
  })

  it('is not misled by what another request left unfinished', async () => {
    const cut = bodyOf(part('name="f"; filename="\xc3', '')).slice(0, -13)
    await expectOf(cut, refused('body_incomplete'))
    await expectOf(bodyOf(file()), taken())
  })
})

describe('readMultipart, ended too early or too late', () => {
  it.each([
    ['in the file', OPEN.slice(0, -4)],
    ['in the last boundary', OPEN.slice(0, -1)],
    ['behind the boundary', OPEN],
    ['between the dashes that close it', `${OPEN}-`],
    ['behind a field that follows the file', `${OPEN}\r\nContent-Disposition: form-data; name="u"\r\n\r\nv`],
    ['in a field in front of the file', bodyOf(field('u')).slice(0, -10)],
    ['in the headers', OPEN.slice(0, 20)],
    ['in the first boundary', '--'],
    ['at once', ''],
  ])('tells that it ended %s', async (_, body) => {
    await expectOf(body, refused('body_incomplete'))
  })

  it.each(['x', '\r\nx', '\r\n\r\n', '-', '\0', '\r', ` ${bodyOf(file())}`, `\r\n${bodyOf(file())}`])(
    'refuses %j behind the boundary that closes it',
    async (garbage) => {
      for (const body of [bodyOf(file()), bodyOf(file(), field('u'))]) {
        await expectOf(body.slice(0, -2) + garbage, refused('malformed_multipart'))
      }
    },
  )

  it.each(['x', ' x', ' ', '-', '-x', '\r', '\n', '\rx', '--x', '\r\nx'])(
    'refuses %j behind a boundary in the file',
    async (garbage) => {
      await expectOf(bodyOf(file(`DATA${DELIMITER}${garbage}`)), refused('malformed_multipart'))
    },
  )
})

describe('readMultipart, flooded', () => {
  it('takes a preamble, and refuses one without end', async () => {
    const body = bodyOf(file())
    await expectOf(`${'p'.repeat(10_000)}\r\n${body}`, taken())
    await expectOf(`${'p'.repeat(70_000)}\r\n${body}`, refused('multipart_limit', 'malformed_multipart'))
  })

  it('takes 60 KiB in front of the file, and refuses more than 64 KiB', async () => {
    const large = 'D'.repeat(100_000)
    const bodyWith = (bytes: number) => bodyOf(field('u', 'v'.repeat(bytes)), file(large))
    await expectOf(bodyWith(60 * KIB - 200), taken(large))
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

  it('takes 32 fields in front of the file and 32 behind it, and refuses 33', async () => {
    const fields = Array<Part>(32).fill(field('u'))
    await expectOf(bodyOf(...fields, file(), ...fields), taken())
    const code = refused('multipart_limit', 'malformed_multipart')
    await expectOf(bodyOf(...fields, field('u'), file()), code)
    await expectOf(bodyOf(file(), ...fields, field('u')), code)
  })

  it.each([
    ['in front of the file', ''],
    ['behind the file', OPEN.slice(0, -3)],
  ])('refuses 200,000 empty parts %s before 128 KiB of them have been read', async (_, front) => {
    const parts = bodyOf(...Array<Part>(100).fill(field('u', ''))).slice(0, -'--b--\r\n'.length)
    const outcome = await read(CONTENT_TYPE, [front, ...Array<string>(2000).fill(parts)])
    expect(outcome).toMatchObject(refused('multipart_limit', 'malformed_multipart'))
    expect(outcome.reads * parts.length).toBeLessThan(128 * KIB)
  })

  it('takes 64 KiB behind the file’s boundary, and refuses a byte more', async () => {
    const rest = (content: string) => bodyOf(field('u', content)).slice('--b'.length)
    const content = 'v'.repeat(64 * KIB - rest('').length)
    await expectOf(OPEN + rest(content), taken())
    await expectOf(OPEN + rest(`${content}v`), refused('multipart_limit'))
    await expectOf(bodyOf(file()) + content, refused('malformed_multipart'))
    await expectOf(bodyOf(file()) + content.repeat(9), refused('multipart_limit'))
  })
})

describe('readMultipart, its parts', () => {
  it.each(["name=f; filename*=UTF-8''%E0%A4%A", 'name="f"; filename="\\""', 'filename=x;name=f'])(
    'takes a part as the file by %s',
    async (disposition) => {
      await expectOf(bodyOf(part(disposition, 'DATA', 'Content-Type: image/png')), taken())
    },
  )

  it.each(['a\rb', 'a\nb', 'a\r\nb', 'a\0b', 'a"b', '\x7f'])('refuses the name %j', async (name) => {
    await expectOf(bodyOf(field(name), file()), refused('malformed_multipart'))
    await expectOf(bodyOf(file(), field(name)), refused('malformed_multipart'))
  })

  it.each(['a\\"b', 'a%22b', 'a%0D%0Ab', 'a; filename=b', '\xc3\xa9', '__proto__'])(
    'takes the name %j',
    async (name) => {
      await expectOf(bodyOf(field(name), file(), field(name)), taken())
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
    'takes the file by its boundary where its part says Content-Length: %s',
    async (said) => {
      await expectOf(bodyOf(file('DATA', `Content-Length: ${said}`)), taken())
    },
  )

  it.each(['0', '1', '99999', 'x'])('takes a field by its boundary where it says Content-Length: %s', async (said) => {
    const shared = part('name="shared"', 'true', `Content-Length: ${said}`)
    await expectOf(bodyOf(shared, file()), { ...taken(), upload: { parameters: { shared: true } } })
  })

  it('refuses two files', async () => {
    await expectOf(bodyOf(file(), file()), refused('too_many_files'))
    await expectOf(bodyOf(file(), field('u'), file('')), refused('too_many_files'))
  })

  it('refuses no file, and an empty one', async () => {
    await expectOf(bodyOf(), refused('file_missing'))
    await expectOf(bodyOf(field('u')), refused('file_missing'))
    // What a browser sends for a file input in which nothing was chosen.
    await expectOf(
      bodyOf(part('name="f"; filename=""', '', 'Content-Type: application/octet-stream')),
      refused('file_missing'),
    )
    for (const body of [bodyOf(file('')), bodyOf(file(''), field('u'))]) {
      await expectOf(body, refused('empty_body'))
    }
  })

  it('refuses a parameter behind the file, and takes another field there', async () => {
    await expectOf(bodyOf(file(), field('shared', 'true')), refused('invalid_parameter'))
    await expectOf(bodyOf(file(), field('u')), taken())
  })

  it('takes a parameter as one also where it has a filename, as a Blob has', async () => {
    const shared = part('name="shared"; filename="blob"', 'true')
    await expectOf(bodyOf(shared, file()), { ...taken(), upload: { parameters: { shared: true } } })
  })

  it('goes by media_type, if there is one, and not by the part’s Content-Type', async () => {
    await expectOf(bodyOf(file()), { upload: { mediaType: 'image/png' } })
    await expectOf(bodyOf(field('media_type', 'image/gif'), file()), { upload: { mediaType: 'image/gif' } })
  })

  it('refuses a parameter that is there twice, or differs from the query', async () => {
    const shared = field('shared', 'true')
    await expectOf(bodyOf(shared, shared, file()), refused('invalid_parameter'))
    const body = bodyOf(shared, file())
    await expectOf(body, refused('invalid_parameter'), { parameters: { shared: false } })
    await expectOf(body, taken(), { parameters: { shared: true } })
  })

  it('reads parameters as UTF-8 and nothing else', async () => {
    const latin1 = part('name="alt_text"', '\xe9', 'Content-Type: text/plain; charset=iso-8859-1')
    await expectOf(bodyOf(latin1, file()), refused('invalid_parameter'))
    await expectOf(bodyOf(field('u', '\xe9'), file()), taken())
    const marked = bodyOf(field('alt_text', '\xef\xbb\xbf\xc3\xa9'), file())
    await expectOf(marked, { upload: { parameters: { alt_text: '\ufeffé' } } })
  })
})

describe('readMultipart, its headers', () => {
  const LONGEST = `${"'()+_,./:?-".repeat(6)}1234`

  it.each([':', 'a b', '=b', 'b=', `${LONGEST}5`, '', 'b ', 'é', '\t'])(
    'knows which boundaries are legal: %j',
    async (name) => {
      const body = bodyOf(file()).replaceAll('--b', `--${name}`)
      const legal = [':', 'a b', '=b', 'b='].includes(name)
      const outcome = await read(`multipart/form-data; charset=utf-8; Boundary="${name}"; x=y`, [body])
      expect(outcome).toMatchObject(legal ? taken() : refused('malformed_multipart'))
    },
  )

  it('takes a boundary of 70 characters, and refuses none at all', async () => {
    const body = bodyOf(file()).replaceAll('--b', `--${LONGEST}`)
    expect(await read(contentTypeOf(LONGEST), [body])).toMatchObject(taken())
    expect(await read('multipart/form-data', [body])).toMatchObject(refused('malformed_multipart'))
  })

  it.each<[Record<string, string>, string | undefined, object]>([
    [{ 'content-length': `${LENGTH}` }, undefined, { ...taken(), upload: { totalBytes: 4, atMostBytes: 6 } }],
    [{ 'content-length': `${LENGTH}`, 'upload-length': '4' }, undefined, taken()],
    [{ 'upload-length': '4' }, '5', refused('length_conflict')],
    [{ 'content-length': `${LENGTH}` }, '7', refused('length_conflict')],
    [{ 'content-length': `${LENGTH}`, 'upload-length': '7' }, undefined, refused('length_conflict')],
    [{ 'content-length': `${LENGTH - 9}` }, undefined, refused('body_incomplete')],
    [{ 'content-length': '1' }, undefined, refused('body_incomplete')],
    [{ 'upload-length': '5' }, undefined, refused('body_too_short')],
    [{}, '3', refused('body_too_long')],
    [{}, '4.0', refused('invalid_length')],
  ])('holds %j and total_bytes %j against each other and the file', async (headers, totalBytes, outcome) => {
    const parameters = totalBytes === undefined ? {} : { total_bytes: totalBytes }
    await expectOf(bodyOf(file()), outcome, { headers, parameters })
  })
})
