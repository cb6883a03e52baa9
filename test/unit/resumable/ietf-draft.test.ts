import { expect, it } from 'vitest'
import { codeOf } from '../../support/app.ts'
import { appWith, expectReceived, file, head, pathOf } from '../../support/resumable.ts'

it.each(['6', '8'])('accepts a file in chunks with version %s of the draft', async (version) => {
  const app = appWith()
  const draft = { 'upload-draft-interop-version': version, 'x-demo-user': 'u1' }
  const created = await app.request('/media/files', {
    method: 'POST',
    headers: { ...draft, 'content-type': 'video/mp4', 'upload-complete': '?0', 'upload-length': '22000' },
  })
  expect(created.status, await created.clone().text()).toBe(201)
  expect(created.headers.get('upload-draft-interop-version')).toBe(version)
  expect(created.headers.get('upload-complete')).toBe('?0')
  const path = pathOf(created)
  const append = (from: number, to: number, complete: string) =>
    app.request(path, {
      method: 'PATCH',
      body: file.slice(from, to),
      headers: {
        ...draft,
        'content-type': 'application/partial-upload',
        'content-length': String(to - from),
        'upload-offset': String(from),
        'upload-complete': complete,
      },
    })

  const first = await append(0, 12_000, '?0')
  expect(first.status).toBe(204)
  expect(first.headers.get('upload-complete')).toBe('?0')

  const wrongOffset = await append(11_000, 22_000, '?1')
  expect(wrongOffset.status).toBe(409)
  expect(await wrongOffset.json()).toMatchObject({
    type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
    'expected-offset': 12_000,
    'provided-offset': 11_000,
  })
  expect(await codeOf(append(12_000, 20_000, '?1'))).toEqual([400, 'length_inconsistent'])

  const last = await append(12_000, 22_000, '?1')
  expect(last.status).toBe(200)
  expect(last.headers.get('upload-complete')).toBe('?1')
  const { data }: { data: { id: string } } = await last.json()
  await expectReceived(data.id)
  expect((await head(app, path, draft)).headers.get('upload-complete')).toBe('?1')
})
