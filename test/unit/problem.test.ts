import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { XMediaError } from '../../src/errors.ts'
import { PROBLEMS, type XMediaErrorCode } from '../../src/problem.ts'

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** draft-ietf-httpbis-resumable-upload-11 section 7 */
const DRAFT_TYPES: Partial<Record<XMediaErrorCode, string>> = {
  offset_mismatch: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
  upload_completed: 'https://iana.org/assignments/http-problem-types#completed-upload',
  length_inconsistent: 'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
}

function isCode(code: string): code is XMediaErrorCode {
  return code in PROBLEMS
}

describe('problems', () => {
  it('are all in the documentation, with their status', () => {
    const headings = [...page.matchAll(/^### `(\w+)`\n\n\*\*(\d{3}) /gm)]
    const documented = headings.map(([, code = '', status]) => [code, Number(status)])
    const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])
    expect(documented.toSorted()).toEqual(statuses.toSorted())
  })

  it.each(Object.keys(PROBLEMS).filter(isCode))('%s is a document of RFC 9457', async (code) => {
    const error = new XMediaError(code, 'What to change.', { retryAfterSecs: 7, members: { 'expected-offset': 1 } })
    const response = error.getResponse()
    expect(response.status).toBe(PROBLEMS[code].status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('retry-after')).toBe('7')
    const problem = await response.json()
    expect(problem).toEqual(error.problem)
    expect(problem).toEqual({
      type: DRAFT_TYPES[code] ?? `urn:hono-x-media:${code}`,
      title: expect.stringMatching(/./),
      status: PROBLEMS[code].status,
      detail: 'What to change.',
      code,
      'expected-offset': 1,
    })
  })

  it('have no Retry-After when a retry does not help', () => {
    expect(new XMediaError('too_large', 'Too large.').getResponse().headers.get('retry-after')).toBeNull()
  })
})
