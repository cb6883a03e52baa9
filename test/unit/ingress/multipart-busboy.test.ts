import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isParameter, readParameters } from '../../../src/ingress/upload-parameters.ts'
import { contentTypeOf, read, readWithBusboy, render, split, strictly } from '../../support/multipart.ts'
import { mutate, mutations, requestOf, uploads } from '../../support/multipart-forms.ts'

const cuts: fc.Arbitrary<number[] | 'bytes'> = fc.oneof(
  { weight: 9, arbitrary: fc.array(fc.nat()) },
  { weight: 1, arbitrary: fc.constant<'bytes'>('bytes') },
)

describe('readMultipart compared with busboy', () => {
  it('accepts every valid body, however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(uploads({ lies: false }), cuts, async (upload, at) => {
        const body = render(upload).join('')
        const contentType = contentTypeOf(upload.boundary)
        const ours = await read(contentType, split(body, at), requestOf(upload, body))
        const theirs = await readWithBusboy(contentType, body)
        expect(theirs).toMatchObject({ error: undefined, files: [upload.file] })
        const parameters = readParameters(Object.fromEntries(theirs.fields.filter(([name]) => isParameter(name))))
        expect(ours).toMatchObject({ accepted: true, file: upload.file })
        expect(ours.accepted ? ours.upload.parameters : undefined).toEqual(parameters)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('accepts a damaged body only when busboy reads the same file from it, however it is split', async () => {
    const seen = { accepted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(uploads({ lies: true }), mutations, cuts, async (upload, changes, at) => {
        const body = mutate(upload, changes)
        const contentType = contentTypeOf(upload.boundary)
        const request = requestOf(upload, body)
        const whole = await read(contentType, [body], request)
        const inPieces = await read(contentType, split(body, at), request)
        // A body that is too long may be refused before its other mistakes have been read.
        const tooLong = [whole, inPieces].some((outcome) => !outcome.accepted && outcome.code === 'body_too_long')
        if (tooLong) expect([whole.accepted, inPieces.accepted]).toEqual([false, false])
        else expect({ ...inPieces, reads: 0 }).toEqual({ ...whole, reads: 0 })
        seen[whole.accepted ? 'accepted' : 'refused']++
        if (!whole.accepted) return
        const theirs = await readWithBusboy(contentType, strictly(body, upload.boundary))
        expect(theirs).toMatchObject({ error: undefined, files: [whole.file] })
      }),
      { seed: 1, numRuns: 2500 },
    )
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(250)
  })
})
