import { describe, expect, it } from 'vitest'
import { checkMedia } from '../../../src/ingress/check-media.ts'
import { readDeclaredMedia } from '../../../src/ingress/media-type.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { isMediaCategory, type MediaCategory } from '../../../src/x/limits.ts'
import { MEDIA_ANSWERS, type MediaAnswer } from '../../fixtures/media/answers.ts'
import { mediaFixtures, readMediaFixture } from '../../support/media-fixtures.ts'

/** The category of an answer that no other parameter decides. */
function categoryOf({ parameters }: MediaAnswer): MediaCategory | undefined | 'other parameters' {
  const { media_category: category, ...others } = parameters
  if (Object.keys(others).length > 0) return 'other parameters'
  return category === undefined || isMediaCategory(category) ? category : 'other parameters'
}

describe('a real file', () => {
  const cases = MEDIA_ANSWERS.flatMap((row) => {
    const category = categoryOf(row)
    return category === 'other parameters' ? [] : [{ ...row, category }]
  })

  it.each(cases)('$file declared as $declaredType with $parameters is answered $answer.status', (row) => {
    const { file, declaredType, category, answer } = row
    const head = readMediaFixture(file).subarray(0, HEAD_BYTES)
    const check = () => checkMedia(readDeclaredMedia(declaredType, category), head)
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
    expect(new Set(MEDIA_ANSWERS.map(({ file }) => file))).toEqual(new Set(mediaFixtures()))
  })
})
