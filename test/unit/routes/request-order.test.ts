import { describe, expect, it } from 'vitest'
import { NOTHING_HELD } from '../../support/counters.ts'
import { type OpenRequest, watchServer } from '../../support/request-steps.ts'
import { CHUNK, CREATION } from '../../support/resumable.ts'

const FORM = { 'content-type': 'multipart/form-data; boundary=b' }
const JSON_TYPE = { 'content-type': 'application/json' }
const RAW = { 'content-type': 'video/mp4', 'upload-length': '9' }
const CHUNK_AT_0 = { ...CHUNK, 'upload-offset': '0' }

const post = (path: string, headers: OpenRequest['headers'], ...parts: string[]): OpenRequest => ({
  ...{ method: 'POST', path, headers },
  ...(parts.length === 0 ? {} : { begin: parts.join('\r\n') }),
})
const part = (name: string, value = '') => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`

const COMMAND_APPEND = '/2/media/upload?command=APPEND&media_id=ID&segment_index=0'

describe.each<[string, OpenRequest]>([
  ['PATCH of a resumable upload', { ...post('/files/ID', CHUNK_AT_0), method: 'PATCH' }],
  ['POST in place of PATCH', post('/files/ID', { ...CHUNK_AT_0, 'x-http-method-override': 'PATCH' })],
  ['APPEND as a form', post('/2/media/upload/ID/append', FORM)],
  ['APPEND as JSON', post('/2/media/upload/ID/append', JSON_TYPE)],
  ['FINALIZE', post('/2/media/upload/ID/finalize', JSON_TYPE)],
  ['command=APPEND as a form', post(COMMAND_APPEND, FORM)],
  ['command=APPEND as JSON', post(COMMAND_APPEND, JSON_TYPE)],
  ['command=FINALIZE', post('/2/media/upload?command=FINALIZE&media_id=ID', FORM)],
])('%s', (_, request) => {
  it('is looked at in this order: who sends it, whose the upload is, place, memory, body', async () => {
    const server = await watchServer()
    const { response, abort } = server.send({ ...request, subject: 'u1' })
    await expect.poll(server.steps).toContain('body')
    expect(server.steps()).toEqual(['authorize', 'ownership', 'admission', 'memory', 'body'])
    abort()
    await response
    expect(server.counters()).toEqual(NOTHING_HELD)
  })

  it('is refused before its body for an unknown id, an upload of someone else, and a client that is not signed in', async () => {
    const server = await watchServer()
    const unknown = request.path.startsWith('/files') ? '0'.repeat(32) : '1'
    const statuses = [400, 404]
    const refused = await server.send({ ...request, subject: 'u1', id: unknown }).response
    expect([statuses.includes(refused.status), await refused.text()]).toEqual([
      true,
      expect.stringMatching(/not found/i),
    ])
    expect(server.steps()).toEqual(['authorize'])
    expect(statuses).toContain((await server.send({ ...request, subject: 'u2' }).response).status)
    expect((await server.send(request).response).status).toBe(401)
    expect(server.steps()).toEqual(['authorize', 'ownership'])
  })
})

/** The start of a segment: fields are looked at with every 4 KiB. */
const media = part('media', 'x'.repeat(5000))

describe.each<[string, OpenRequest]>([
  ['command=APPEND in a form', post('/2/media/upload', FORM, part('command', 'APPEND'), part('media_id', 'ID'), media)],
  ['command=APPEND with the id in a form', post('/2/media/upload?command=APPEND', FORM, part('media_id', 'ID'), media)],
])('%s', (_, request) => {
  it('is looked at as far as the id, and refused for an unknown one before the media', async () => {
    const server = await watchServer()
    const { response, abort } = server.send({ ...request, subject: 'u1' })
    await expect.poll(server.steps).toContain('ownership')
    expect(server.steps()).toEqual(['authorize', 'admission', 'memory', 'body', 'ownership'])
    abort()
    await response
    const refused = await server.send({ ...request, subject: 'u1', id: '1' }).response
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringMatching(/not found/i)])
    expect(server.counters()).toEqual(NOTHING_HELD)
  })
})

describe.each<[string, OpenRequest]>([
  ['an upload as a raw body', post('', RAW)],
  ['an upload with PUT', { ...post('', RAW), method: 'PUT' }],
  ['an upload as a form', post('', FORM)],
  ['the creation of a resumable upload', post('/files', { ...CREATION, ...CHUNK })],
  ['INIT', post('/2/media/upload/initialize', JSON_TYPE)],
  ['command=INIT', post('/2/media/upload?command=INIT', FORM)],
  ['a file in one request, as a form', post('/2/media/upload', FORM)],
  ['a file in one request, as JSON', post('/2/media/upload', JSON_TYPE)],
  ['metadata', post('/2/media/metadata', JSON_TYPE)],
  ['subtitles', post('/2/media/subtitles', JSON_TYPE)],
  ['the removal of subtitles', { ...post('/2/media/subtitles', JSON_TYPE), method: 'DELETE' }],
])('%s', (_, request) => {
  it('is looked at in this order: who sends it, place, memory, body', async () => {
    const server = await watchServer()
    expect((await server.send(request).response).status).toBe(401)
    expect(server.steps()).toEqual(['authorize'])
    const { response, abort } = server.send({ ...request, subject: 'u1' })
    await expect.poll(server.steps).toContain('body')
    expect(server.steps()).toEqual(['authorize', 'admission', 'memory', 'body'])
    abort()
    await response
    expect(server.counters()).toEqual(NOTHING_HELD)
  })
})
