import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMultipart, readBoundary } from '../../../src/emulator/multipart-parser.ts'
import { bytes, createCalls, sha256 } from '../../support/emulator-calls.ts'

const HEAD = '--x\r\nContent-Disposition: form-data; name="segment_index"\r\n\r\n0\r\n--x\r\n'
const MEDIA = 'Content-Disposition: form-data; name="media"; filename="segment"\r\n\r\n'

async function append(body: string): Promise<{ status: number; size: number; violations: string[] }> {
  const calls = createCalls()
  const id = await calls.initialize({ total_bytes: 3 })
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  const answer = await calls.send('POST', `/2/media/upload/${id}/append`, { body, headers })
  const violations = calls.emulator.violations().map(({ kind, detail }) => `${kind}: ${detail}`)
  return { status: answer.status, size: (await calls.emulator.upload(id))?.size ?? -1, violations }
}

describe('a multipart APPEND', () => {
  it.each([
    ['in the usual form', `${HEAD}${MEDIA}abc\r\n--x--\r\n`, 3],
    ['without the last CRLF', `${HEAD}${MEDIA}abc\r\n--x--`, 3],
    ['with a stray CRLF after the bytes', `${HEAD}${MEDIA}abc\r\n\r\n--x--\r\n`, 5],
    ['with a stray CRLF before the bytes', `${HEAD}${MEDIA}\r\nabc\r\n--x--\r\n`, 5],
    ['with almost a boundary in the bytes', `${HEAD}${MEDIA}\r\n--\r\n-x--x\r\n--x--\r\n`, 11],
    ['with a preamble', `pre\r\n${HEAD}${MEDIA}abc\r\n--x--\r\n`, 3],
    ['with an empty preamble', `\r\n${HEAD}${MEDIA}abc\r\n--x--\r\n`, 3],
    ['with names that are not quoted', `${HEAD}${MEDIA}abc\r\n--x--\r\n`.replaceAll(/name="(\w+)"/g, 'name=$1'), 3],
    [
      'with a filename that looks like a name',
      `${HEAD}Content-Disposition: form-data; filename="; name=other"; name=media\r\n\r\nabc\r\n--x--\r\n`,
      3,
    ],
  ])('%s is stored to the byte', async (_, body, size) => {
    expect(await append(body)).toEqual({ status: 200, size, violations: [] })
  })

  it.each([
    ['text', 'more'],
    ['an empty line', '\r\n'],
    ['another part', `--x\r\n${MEDIA}abc\r\n--x--`],
  ])('with %s after its end is stored without it, which is a violation', async (_, epilogue) => {
    expect(await append(`${HEAD}${MEDIA}abc\r\n--x--\r\n${epilogue}`)).toEqual({
      status: 200,
      size: 3,
      violations: [`multipart_epilogue: ${epilogue.length} bytes after the closing boundary`],
    })
  })

  it.each([
    ['without its last delimiter', `${HEAD}${MEDIA}abc`],
    ['with an unfinished last delimiter', `${HEAD}${MEDIA}abc\r\n--x\r\n`],
    ['with a preamble that does not end its line', `pre${HEAD}${MEDIA}abc\r\n--x--\r\n`],
    ['with an epilogue that does not begin a line', `${HEAD}${MEDIA}abc\r\n--x--more`],
    ['without any delimiter', 'abc'],
    ['with a part that has no name', `${HEAD}Content-Type: text/plain\r\n\r\nabc\r\n--x--\r\n`],
    ['with a part that has no headers', `${HEAD}\r\nabc\r\n--x--\r\n`],
    ['with two media parts', `${HEAD}${MEDIA}abc\r\n--x\r\n${MEDIA}abc\r\n--x--\r\n`],
    ['with two indices', `${HEAD}${HEAD.slice(5)}${MEDIA}abc\r\n--x--\r\n`],
    ['with bare line feeds', `${HEAD}${MEDIA}abc\r\n--x--\r\n`.replaceAll('\r', '')],
  ])('%s is refused', async (_, body) => {
    expect(await append(body)).toEqual({ status: 400, size: 0, violations: [] })
  })

  it('keeps any bytes in a part as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('\r\n', '--x', '--', '\r', '\n', 'a')), async (pieces) => {
        const media = new TextEncoder().encode(pieces.join(''))
        const text = `--x1\r\nContent-Disposition: form-data; name="media"\r\n\r\n${pieces.join('')}\r\n--x1--\r\n`
        const multipart = parseMultipart(new TextEncoder().encode(text), 'x1')
        expect(multipart).toEqual({ parts: [{ name: 'media', bytes: media }], epilogueBytes: 0 })
      }),
    )
  })

  it('written by the platform’s own `FormData` is read', async () => {
    const calls = createCalls()
    const media = bytes(100_000)
    const id = await calls.initialize({ total_bytes: media.length })
    await calls.append(id, 0, media)
    expect((await calls.emulator.upload(id))?.sha256).toBe(await sha256(media))
  })
})

describe('the boundary in', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data;boundary="a b:c"', 'a b:c'],
    ['Multipart/Form-Data; charset=utf-8; Boundary=abc', 'abc'],
    ['multipart/form-data, boundary=abc', undefined],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=""', undefined],
    [`multipart/form-data; boundary="${'a'.repeat(200)}"`, 'a'.repeat(200)],
    [`multipart/form-data; boundary=${'a'.repeat(200)}`, 'a'.repeat(200)],
    [`multipart/form-data; boundary="${'a'.repeat(201)}"`, undefined],
    [`multipart/form-data; boundary=${'a'.repeat(201)}`, undefined],
  ])('%s is %s', (contentType, boundary) => {
    expect(readBoundary(contentType)).toBe(boundary)
  })
})
