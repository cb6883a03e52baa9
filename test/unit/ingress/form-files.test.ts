import { describe, expect, it } from 'vitest'
import { type ByteReader, openReader } from '../../../src/ingress/byte-reader.ts'
import { createEndings } from '../../../src/ingress/endings.ts'
import { readFormFiles } from '../../../src/ingress/multipart-upload.ts'
import { split } from '../../support/multipart.ts'
import { replacePromise } from '../../support/replace-promise.ts'
import { alt, bytesOf, FORM, field, file, formText } from '../../support/several-files.ts'
import { slowBody } from '../../support/slow-body.ts'

const content = (text: string) => file(Buffer.from(text, 'latin1'), 'image/png')

async function readText(body: ByteReader): Promise<string> {
  let text = ''
  let view = new Uint8Array(100)
  for (let done = false; !done; ) {
    const read = await body.read(view, 0)
    view = read.view
    text += Buffer.from(view.subarray(0, read.bytes)).toString('latin1')
    done = read.done
  }
  return text
}

/** Reads the files of a form, which arrives in these pieces. Those whose index is in `left` are not read. */
async function readFiles(pieces: readonly string[], left: readonly number[] = []) {
  const { stream, send, end } = slowBody()
  for (const piece of pieces) if (piece !== '') send(bytesOf(piece))
  end()
  const request = {
    ...{
      headers: new Headers(FORM),
      parameters: {},
      body: openReader(stream),
      subject: 'u1',
      endings: createEndings(),
    },
    ...{ segmentBytes: 1000, maxFiles: 4, holdBytes: 1000 },
  }
  const files: (readonly [string, string | undefined])[] = []
  for await (const open of readFormFiles(request)) {
    const { body, index, parameters } = open(() => {})
    if (left.includes(index)) body.cancel(new Error('left'))
    else files.push([await readText(body), parameters().alt_text])
  }
  return files
}

describe('the files of a form', () => {
  const form = formText([
    alt('a'),
    content('one\r\n-'),
    field('u', 'x'),
    alt('b'),
    content('\r\n--a'),
    content('3'),
    alt('c'),
  ])
  const files = [
    ['one\r\n-', 'a'],
    ['\r\n--a', 'b'],
    ['3', 'c'],
  ]

  it('are the same wherever the form is cut', async () => {
    for (let cut = 0; cut < form.length; cut++) expect(await readFiles(split(form, [cut]))).toEqual(files)
    expect(await readFiles(split(form, 'bytes'))).toEqual(files)
  })

  it('are read on after one that was left, wherever the form is cut', async () => {
    for (const left of [0, 1, 2]) {
      const others = files.filter((_, index) => index !== left)
      for (let cut = 0; cut < form.length; cut += 3) {
        expect(await readFiles(split(form, [cut]), [left])).toEqual(others)
      }
    }
    expect(await readFiles(split(form, 'bytes'), [0, 1, 2])).toEqual([])
  })

  it('are the same in an app that replaces `Promise`', async () => {
    replacePromise()
    expect(await readFiles(split(form, 'bytes'))).toEqual(files)
  })
})
