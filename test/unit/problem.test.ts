import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ERROR_STATUS, XMediaError, type XMediaErrorCode } from '../../src/errors.ts'
import { problemResponse } from '../../src/problem.ts'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')

/** draft-ietf-httpbis-resumable-upload-11 section 7 */
const DRAFT_TYPES: Partial<Record<XMediaErrorCode, string>> = {
  offset_mismatch: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
  upload_completed: 'https://iana.org/assignments/http-problem-types#completed-upload',
  length_inconsistent: 'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
}

function isCode(code: string): code is XMediaErrorCode {
  return code in ERROR_STATUS
}

describe('problems', () => {
  it('are all in the table of the README, with their status and what to do', () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \| (.*) ?\|$/gm)]
    const documented = rows.map(([, code = '', status]) => [code, Number(status)])
    expect(documented.toSorted()).toEqual(Object.entries(ERROR_STATUS).toSorted())
  })

  it.each(Object.keys(ERROR_STATUS).filter(isCode))('%s is written as RFC 9457 has it', async (code) => {
    const answer = problemResponse(new XMediaError(code, 'What to change.', { retryAfterSecs: 7 }))
    expect(answer.status).toBe(ERROR_STATUS[code])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await answer.json()).toEqual({
      type: DRAFT_TYPES[code] ?? `urn:hono-x-media:${code}`,
      title: expect.stringMatching(/./),
      status: ERROR_STATUS[code],
      detail: 'What to change.',
      code,
    })
  })
})
