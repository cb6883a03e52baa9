import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support/app.ts'
import {
  appWith,
  createByDraft,
  DRAFT_CREATION,
  expectReceived,
  file,
  head,
  pathOf,
  sendDraft,
  USER,
} from '../../support/resumable.ts'

it.each(['6', '8'])('accepts a file in chunks with version %s of the draft', async (version) => {
  const app = appWith()
  const draft = { ...USER, 'upload-draft-interop-version': version }
  const created = await app.request('/media/files', { method: 'POST', headers: { ...DRAFT_CREATION, ...draft } })
  expect(created.status, await created.clone().text()).toBe(201)
  expect(created.headers.get('upload-draft-interop-version')).toBe(version)
  expect(created.headers.get('upload-complete')).toBe('?0')
  const path = pathOf(created)

  const first = await sendDraft(app, path, [0, 12_000], '?0', draft)
  expect(first.status).toBe(204)
  expect(first.headers.get('upload-complete')).toBe('?0')

  const wrongOffset = await sendDraft(app, path, [11_000, 22_000], '?1', draft)
  expect(wrongOffset.status).toBe(409)
  expect(wrongOffset.headers.get('upload-complete')).toBe('?0')
  expect(wrongOffset.headers.get('upload-offset')).toBe('12000')
  expect(await wrongOffset.json()).toMatchObject({
    type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
    'expected-offset': 12_000,
    'provided-offset': 11_000,
  })
  expect(await codeOf(sendDraft(app, path, [12_000, 20_000], '?1', draft))).toEqual([400, 'length_inconsistent'])

  const last = await sendDraft(app, path, [12_000, 22_000], '?1', draft)
  expect(last.status).toBe(200)
  expect(last.headers.get('upload-complete')).toBe('?1')
  const { data }: { data: { id: string } } = await last.json()
  await expectReceived(data.id)
  expect((await head(app, path, draft)).headers.get('upload-complete')).toBe('?1')
})

it('accepts structured fields with parameters and spaces', async () => {
  const app = appWith()
  const created = await app.request('/media/files', {
    method: 'POST',
    headers: {
      ...DRAFT_CREATION,
      ...{ 'upload-complete': '?0;a=b', 'upload-length': '22000;unit=bytes', 'upload-draft-interop-version': '8;x' },
    },
  })
  expect(created.status, await created.clone().text()).toBe(201)
  expect(created.headers.get('upload-draft-interop-version')).toBe('8')
  const path = pathOf(created)
  expect((await head(app, path, USER)).headers.get('upload-length')).toBe('22000')
  expect((await sendDraft(app, path, [0, 12_000], '?0; a="b;c"', { 'upload-offset': '0;a' })).status).toBe(204)
  const last = await sendDraft(app, path, [12_000, 22_000], '?1;a=b', { 'upload-offset': '12000;a=1;b=?0' })
  expect(last.headers.get('upload-complete')).toBe('?1')
  await expectReceived(last.headers.get('x-media-id'))
})

describe('ignores structured fields of another type', () => {
  it.each(['abc', '1.5', '-1', '22000, 22000', '"22000"', '?1', '9'.repeat(16)])(
    'Upload-Length: %s',
    async (length) => {
      const app = appWith()
      const created = await app.request('/media/files', {
        method: 'POST',
        headers: { ...DRAFT_CREATION, 'upload-length': length },
      })
      expect(created.status).toBe(201)
      expect((await head(app, pathOf(created), USER)).headers.has('upload-length')).toBe(false)
    },
  )

  it.each([
    ['upload-offset', '0.5', 'invalid_length'],
    ['upload-offset', 'a', 'invalid_length'],
    ['upload-complete', '1', 'invalid_parameter'],
    ['upload-complete', '?1 ?1', 'invalid_parameter'],
  ])('%s: %s, without which a chunk is refused', async (name, value, code) => {
    const app = appWith()
    const path = await createByDraft(app)
    expect(await codeOf(sendDraft(app, path, [0, 6000], '?0', { [name]: value }))).toEqual([400, code])
  })
})

it('tells the limits of an upload, which never get tighter', async () => {
  const app = appWith()
  const ageOf = (response: Response) => {
    const limit = response.headers.get('upload-limit') ?? ''
    expect(limit).toMatch(/^max-size=\d+, max-age=\d+$/)
    return Number(limit.split('max-age=')[1])
  }
  const discovered = ageOf(await app.request('/media/files', { method: 'OPTIONS' }))
  const created = await app.request('/media/files', { method: 'POST', headers: DRAFT_CREATION })
  expect(discovered).toBeLessThanOrEqual(ageOf(created) + 1)
  const path = pathOf(created)
  const first = await sendDraft(app, path, [0, 6000], '?0')
  expect(ageOf(first)).toBeGreaterThan(ageOf(created))
  expect(ageOf(await sendDraft(app, path, [6000, 6001], '?0'))).toBeGreaterThan(discovered)
  ageOf(await head(app, path, USER))
})

describe('tells the limits of an upload that is too large', () => {
  it.each([
    ['for an image', 'image/png', '5242881', 5_242_880],
    ['for the user', 'video/mp4', '30001', 30_000],
  ])('%s', async (_, type, length, maxBytes) => {
    const authorize = () => ({ subject: 'u1', limits: type === 'video/mp4' ? { uploadBytes: 30_000 } : {} })
    const response = await appWith({ authorize }).request('/media/files', {
      method: 'POST',
      headers: { ...DRAFT_CREATION, 'content-type': type, 'upload-length': length },
    })
    expect(response.headers.get('upload-limit')).toMatch(new RegExp(`^max-size=${maxBytes}, max-age=3\\d{3}$`))
    expect(await codeOf(response)).toEqual([413, 'too_large'])
  })

  it('once a chunk tells its length', async () => {
    const app = appWith({ limits: { uploadBytes: file.length } })
    const path = await createByDraft(app, { 'upload-length': '' })
    const response = await sendDraft(app, path, [0, 6000], '?0', { 'upload-length': '22001' })
    expect(response.headers.get('upload-limit')).toMatch(/^max-size=22000, max-age=3\d{3}$/)
    expect(await codeOf(response)).toEqual([413, 'too_large'])
  })
})
