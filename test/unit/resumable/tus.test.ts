import { createHash } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { codeOf } from '../../support/app.ts'
import {
  append,
  appWith,
  create,
  createWithBytes,
  expectReceived,
  file,
  head,
  METADATA,
  pathOf,
  TUS,
} from '../../support/resumable.ts'

it('accepts a file in one chunk, and responds with its media and the address of its status', async () => {
  const app = appWith()
  const path = await create(app)
  const response = await append(app, path, [0, file.length])
  expect(response.status, await response.clone().text()).toBe(204)
  expect(response.headers.get('upload-offset')).toBe('22000')
  const id = response.headers.get('x-media-id')
  expect(await expectReceived(id)).toEqual([5000, 5000, 5000, 5000, 2000])
  expect(response.headers.get('location')).toMatch(new RegExp(`^/media/status/${id}\\?ticket=`))
  const status = await app.request(response.headers.get('location') ?? '', { headers: TUS })
  expect(await status.json()).toMatchObject({ data: { id } })
  const later = await head(app, path)
  expect(later.status).toBe(200)
  expect(later.headers.get('location')).toMatch(new RegExp(`^/media/status/${id}\\?ticket=`))
  expect(later.headers.get('upload-metadata')).toBe(METADATA)
})

it('accepts chunks of any size', async () => {
  const app = appWith()
  const path = await create(app)
  for (const [from, to] of [
    [0, 7000],
    [7000, 7001],
    [7001, 20_000],
  ] as const) {
    const response = await append(app, path, [from, to])
    expect(response.status, await response.clone().text()).toBe(204)
    expect(response.headers.get('upload-offset')).toBe(String(to))
    expect((await head(app, path)).headers.get('upload-offset')).toBe(String(to))
  }
  const last = await append(app, path, [20_000, 22_000], { prefer: 'return=representation' })
  expect(last.status).toBe(200)
  const { data }: { data: { id: string } } = await last.json()
  expect(await expectReceived(data.id)).toEqual([5000, 2000, 1, 5000, 5000, 2999, 2000])
})

it('needs 4100 bytes in the first chunk, to check the file type', async () => {
  const app = appWith()
  const path = await create(app)
  const response = await append(app, path, [0, 4099])
  expect(await response.clone().json()).toMatchObject({
    detail: 'The chunk is too small to use; send at least 4,100 bytes.',
  })
  expect(await codeOf(response)).toEqual([400, 'piece_too_small'])
  expect((await append(app, path, [0, 4100])).headers.get('upload-offset')).toBe('4100')
})

it('accepts the first bytes with the request that creates the upload', async () => {
  const response = await createWithBytes(appWith())
  expect(response.status).toBe(201)
  expect(response.headers.get('upload-offset')).toBe('22000')
  expect(pathOf(response)).toMatch(/^\/media\/files\//)
  await expectReceived(response.headers.get('x-media-id'))
})

it('accepts the length after the creation, but not after the first bytes', async () => {
  const app = appWith()
  const created = await app.request('/media/files', {
    method: 'POST',
    headers: { ...TUS, 'upload-defer-length': '1', 'upload-metadata': METADATA },
  })
  const path = pathOf(created)
  expect((await head(app, path)).headers.get('upload-defer-length')).toBe('1')
  expect(await codeOf(append(app, path, [0, 6000]))).toEqual([411, 'length_required'])
  expect(await codeOf(append(app, path, [0, 0], { 'upload-length': '0' }))).toEqual([400, 'empty_body'])
  expect((await append(app, path, [0, 6000], { 'upload-length': '22000' })).status).toBe(204)
  const changed = append(app, path, [6000, 7000], { 'upload-length': '22001' })
  expect(await codeOf(changed)).toEqual([400, 'length_inconsistent'])
  const last = await append(app, path, [6000, 22_000])
  await expectReceived(last.headers.get('x-media-id'))
})

it('verifies checksums before X gets the bytes', async () => {
  const app = appWith()
  const path = await create(app)
  const checksum = (algorithm: string, from: number, to: number) => ({
    'upload-checksum': `${algorithm} ${createHash(algorithm).update(file.slice(from, to)).digest('base64')}`,
  })
  expect(await codeOf(append(app, path, [0, 5000], checksum('sha1', 1, 5001)))).toEqual([460, 'checksum_mismatch'])
  expect((await head(app, path)).headers.get('upload-offset')).toBe('0')
  expect(await codeOf(append(app, path, [0, 5000], checksum('md5', 0, 5000)))).toEqual([400, 'checksum_unsupported'])
  expect(await codeOf(append(app, path, [0, 5001], checksum('sha1', 0, 5001)))).toEqual([413, 'too_large'])
  for (const [algorithm, from] of [
    ['sha1', 0],
    ['sha256', 5000],
  ] as const) {
    const to = from + 5000
    expect((await append(app, path, [from, to], checksum(algorithm, from, to))).status).toBe(204)
  }
  await expectReceived((await append(app, path, [10_000, 22_000])).headers.get('x-media-id'))
})

it('deletes an upload', async () => {
  const app = appWith()
  const path = await create(app)
  expect((await app.request(path, { method: 'DELETE', headers: TUS })).status).toBe(204)
  expect((await head(app, path)).status).toBe(404)
})

it('accepts PATCH, HEAD and DELETE as POST with X-HTTP-Method-Override', async () => {
  const app = appWith()
  const path = await create(app)
  const post = (method: string) =>
    app.request(path, { method: 'POST', headers: { ...TUS, 'x-http-method-override': method } })
  expect((await append(app, path, [0, 5000], { 'x-http-method-override': 'PATCH' }, 'POST')).status).toBe(204)
  expect((await post('HEAD')).headers.get('upload-offset')).toBe('5000')
  expect(await codeOf(post('GET'))).toEqual([405, 'method_not_allowed'])
  expect((await post('DELETE')).status).toBe(204)
  expect((await head(app, path)).status).toBe(404)
})

it('keeps the later status of X when the upload is inspected', async () => {
  const app = appWith()
  const path = await create(app)
  const location = (await append(app, path, [0, file.length])).headers.get('location') ?? ''
  const state = async () => {
    const response = await app.request(location, { headers: TUS })
    const status: { data: { processing_info: { state: string } } } = await response.json()
    return status.data.processing_info.state
  }
  await vi.waitUntil(async () => (await state()) === 'succeeded', { timeout: 10_000, interval: 200 })
  await head(app, path)
  expect(await state()).toBe('succeeded')
})

it('lists its versions, extensions and limits', async () => {
  const response = await appWith().request('/media/files', { method: 'OPTIONS', headers: TUS })
  expect(response.status).toBe(204)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'tus-version': '1.0.0',
    'tus-resumable': '1.0.0',
    'tus-checksum-algorithm': 'sha1,sha256',
    'upload-limit': 'max-size=5000000000, max-age=3600',
  })
})
