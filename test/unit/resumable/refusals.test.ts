import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { ALLOW_ALL, codeOf, emulator } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { append, appWith, CHUNK, CREATION, create, head, TUS } from '../../support/resumable.ts'

it.each([
  ['another version of tus', { 'tus-resumable': '0.2.2' }, 412, 'unsupported_version'],
  ['no length', { 'upload-length': '' }, 400, 'invalid_length'],
  ['no bytes', { 'upload-length': '0' }, 400, 'empty_body'],
  ['too many bytes', { 'upload-length': '9000000000' }, 413, 'too_large'],
  ['a concatenation', { 'upload-concat': 'partial' }, 400, 'unsupported_extension'],
  [
    'an unsupported media type',
    { 'upload-metadata': `filetype ${btoa('video/x-matroska')}` },
    415,
    'unsupported_media_type',
  ],
  ['metadata that is not base64', { 'upload-metadata': 'filetype *' }, 400, 'invalid_parameter'],
])('refuses to create an upload with %s', async (_, headers, status, code) => {
  const response = appWith().request('/media/files', { method: 'POST', headers: { ...CREATION, ...headers } })
  expect(await codeOf(response)).toEqual([status, code])
})

it('refuses a chunk at a wrong offset, and responds with the right one', async () => {
  const app = appWith()
  const path = await create(app)
  await append(app, path, [0, 6000])
  const response = await append(app, path, [5000, 9000])
  expect(response.headers.get('upload-offset')).toBe('6000')
  expect(await codeOf(response)).toEqual([409, 'offset_mismatch'])
})

it('refuses a chunk that is longer than the rest of the file', async () => {
  const app = appWith()
  const path = await create(app, { 'upload-length': '20000' })
  await append(app, path, [0, 6000])
  const response = await append(app, path, [6000, 20_001])
  expect(await response.clone().json()).toMatchObject({
    detail: 'This upload needs 14,000 more bytes, but the chunk has 14,001.',
  })
  expect(await codeOf(response)).toEqual([400, 'body_too_long'])
})

it('refuses a chunk without an offset', async () => {
  const app = appWith()
  const response = await app.request(await create(app), { method: 'PATCH', body: 'a', headers: CHUNK })
  expect(await response.clone().json()).toMatchObject({
    detail: '`Upload-Offset` is missing: send the offset of the first byte.',
  })
  expect(await codeOf(response)).toEqual([400, 'invalid_length'])
})

it('refuses a file of another type than declared, without a call to X', async () => {
  const app = appWith()
  const path = await create(app, { 'upload-metadata': `filetype ${btoa('image/png')}` })
  const before = emulator.requests().counts
  expect(await codeOf(append(app, path, [0, 22_000]))).toEqual([415, 'signature_mismatch'])
  expect(emulator.requests().counts).toEqual(before)
})

it.each([
  ['additional_owners', '12'],
  ['shared', 'true'],
  ['media_category', 'amplify_video'],
])('refuses the bytes of an upload with %s that was created where more was allowed', async (name, value) => {
  const store = memoryStore()
  const metadata = `filetype ${btoa('video/mp4')},${name} ${btoa(value)}`
  const path = await create(appWith({ store, allow: ALLOW_ALL }), { 'upload-metadata': metadata })
  const before = emulator.requests().counts
  expect(await codeOf(append(appWith({ store }), path, [0, 22_000]))).toEqual([400, 'invalid_parameter'])
  expect(emulator.requests().counts).toEqual(before)
  expect((await append(appWith({ store, allow: ALLOW_ALL }), path, [0, 22_000])).status).toBe(204)
})

it('responds to another user as if there were no such upload', async () => {
  const app = appWith()
  const path = await create(app)
  const unknown = await (await app.request(`/media/files/${'0'.repeat(32)}`, { headers: TUS })).text()
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const headers = { ...CHUNK, 'upload-offset': '0', 'x-demo-user': 'u2' }
    const response = await app.request(path, { method, headers })
    expect(response.status, method).toBe(404)
    expect(await response.text()).toBe(unknown)
  }
  expect((await head(app, path)).status).toBe(200)
})

it('limits how many uploads a user creates in an hour, and keeps them for an hour without bytes', async () => {
  const clock = useFakeClock()
  const app = appWith({ store: memoryStore(clock), limits: { creationsPerHour: 2 } })
  const path = await create(app)
  const expiresAt = Date.parse((await head(app, path)).headers.get('upload-expires') ?? '')
  expect(expiresAt - clock.now()).toBe(3_600_000)
  await create(app)
  const third = await app.request('/media/files', { method: 'POST', headers: CREATION })
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await codeOf(third)).toEqual([429, 'quota_exceeded'])
  await create(app, { 'x-demo-user': 'u2' })
})
