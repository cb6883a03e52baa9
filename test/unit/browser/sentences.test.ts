import { describe, expect, it } from 'vitest'
import { isErrorCode, sentencesFor, type UploadErrorCode } from '../../../src/browser/sentences.ts'
import { PROBLEMS } from '../../../src/problem.ts'

const CODES = Object.keys(PROBLEMS).filter(isErrorCode)
const OWN: UploadErrorCode[] = [
  ...(['aborted', 'connection_lost', 'file_mismatch', 'file_unreadable'] as const),
  ...(['processing_failed', 'unexpected_response'] as const),
]

describe('the sentence for people', () => {
  it('knows every code of the server', () => {
    expect(CODES).toEqual(Object.keys(PROBLEMS))
  })

  it.each([...CODES, ...OWN])('for %s is a whole sentence without names of headers or codes', (code) => {
    const sentence = sentencesFor(code, undefined, undefined)
    expect(sentence).toMatch(/^[A-Z][^`_]{15,}\.$/)
    expect(sentence).not.toMatch(/\b(?:tus|HTTP|Upload-|Content-|token|ticket|segment|multipart)/)
  })

  it('has the words of the server only where they help the person who chose the file', () => {
    expect(sentencesFor('content_refused', 'No selfies.', undefined)).toBe(
      'This app does not accept the file. No selfies.',
    )
    expect(sentencesFor('length_required', 'Send Content-Length.', undefined)).not.toContain('Content-Length')
    expect(sentencesFor('signature_mismatch', 'X accepts image/jpeg.', undefined)).toBe(
      'The file is damaged, or not what its name says.',
    )
  })

  it.each([
    [1, '1 second'],
    [30, '30 seconds'],
    [90, '2 minutes'],
    [900, '15 minutes'],
  ])('says when to try again: after %i seconds', (secs, words) => {
    expect(sentencesFor('x_rate_limited', undefined, secs)).toMatch(new RegExp(` Try again in ${words}\\.$`))
  })
})
