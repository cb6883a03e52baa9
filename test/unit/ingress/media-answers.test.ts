import { describe, expect, it } from 'vitest'
import { checkMedia } from '../../../src/ingress/check-media.ts'
import { readDeclaredMedia } from '../../../src/ingress/media-type.ts'
import { readParameters } from '../../../src/ingress/upload-parameters.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { MEDIA_ANSWERS, PARAMETER_ANSWERS } from '../../fixtures/media/answers.ts'
import { mediaFixtures, readMediaFixture } from '../../support/media-fixtures.ts'

describe('a real file', () => {
  it.each(MEDIA_ANSWERS)('$file declared as $declaredType with $parameters is answered $answer.status', (row) => {
    const { file, declaredType, parameters, answer } = row
    const { media_category: category } = readParameters(parameters)
    const bytes = readMediaFixture(file)
    const check = () =>
      checkMedia(readDeclaredMedia(declaredType, category), bytes.subarray(0, HEAD_BYTES), bytes.length)
    if (answer.status !== 201) {
      expect(check).toThrow(
        expect.objectContaining({ status: answer.status, message: expect.stringMatching(answer.detail) }),
      )
      // What is accepted is named too, unless the type is one that is.
      if (answer.status === 415) expect(check).toThrow(/X accepts video\/mp4, .*image\/png/)
      return
    }
    const { status: _, ...media } = answer
    expect(check()).toMatchObject(media)
  })

  it('is in the table, and the table names no other', () => {
    expect(new Set([...MEDIA_ANSWERS, ...PARAMETER_ANSWERS].map(({ file }) => file))).toEqual(new Set(mediaFixtures()))
  })
})
