import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { base, codeOf, describedMedia } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

describe('a resumable upload', () => {
  const TUS = { 'tus-resumable': '1.0.0' }
  const file = sampleFile('video/mp4', 10_000)

  async function created() {
    const app = describedMedia({ ...base, store: memoryStore() })
    const metadata = `filetype ${btoa('video/mp4')}`
    const headers = { ...TUS, 'upload-length': String(file.length), 'upload-metadata': metadata }
    const answer = await app.request('/files', { method: 'POST', headers })
    const send = (method: string, from: number, to: number, more: Record<string, string> = {}) =>
      app.request(answer.headers.get('location') ?? '', {
        method,
        body: file.slice(from, to),
        headers: {
          ...{ ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(from) },
          ...{ 'content-length': String(to - from), ...more },
        },
      })
    return { app, send, where: answer.headers.get('location') ?? '' }
  }

  it('needs 4100 bytes in its first chunk, to check their type', async () => {
    const { send } = await created()
    expect(await codeOf(send('PATCH', 0, 4099))).toEqual([400, 'piece_too_small'])
    expect((await send('PATCH', 0, 4100)).headers.get('upload-offset')).toBe('4100')
  })

  it('can be written, inspected and removed with POST and X-HTTP-Method-Override', async () => {
    const { app, send, where } = await created()
    const as = (method: string) => ({ 'x-http-method-override': method })
    expect((await send('POST', 0, 5000, as('PATCH'))).status).toBe(204)
    const asked = await app.request(where, { method: 'POST', headers: { ...TUS, ...as('HEAD') } })
    expect(asked.headers.get('upload-offset')).toBe('5000')
    expect((await app.request(where, { method: 'POST', headers: { ...TUS, ...as('DELETE') } })).status).toBe(204)
    expect(await codeOf(app.request(where, { method: 'POST', headers: { ...TUS, ...as('GET') } }))).toEqual([
      404,
      'not_found',
    ])
  })
})
