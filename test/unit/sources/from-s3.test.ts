import { expect, it } from 'vitest'
import { fromS3, type S3Like } from '../../../src/sources/index.ts'
import { ownUploads } from '../../support/own-uploads.ts'

const film = { Bucket: 'films', Key: 'film.mp4' }
const head = { ContentLength: 10, ContentType: 'video/mp4', ETag: '"1"' }

function clientThatFails(status: number) {
  const requests: unknown[] = []
  const client: S3Like = {
    headObject: async () => head,
    async getObject(request) {
      requests.push(request)
      throw Object.assign(new Error('refused'), { $metadata: { httpStatusCode: status } })
    },
  }
  return { client, requests }
}

it.each([
  [412, 'source_changed', 1],
  [416, 'source_changed', 1],
  [403, 'source_unavailable', 1],
  [503, 'source_unavailable', 3],
])('S3’s status %i ends the upload with %s, after %i requests', async (status, code, count) => {
  const { client, requests } = clientThatFails(status)
  const { client: x } = ownUploads({ x: { retry: { retries: 2, backoffMs: 0 } } })
  await expect(x.upload({ source: fromS3(client, film) })).rejects.toMatchObject({ code })
  const request = { ...film, Range: 'bytes=0-', IfMatch: '"1"' }
  expect(requests).toEqual(Array.from({ length: count }, () => request))
})

it('a client that only sends commands is refused', () => {
  expect(() => Reflect.apply(fromS3, undefined, [{ send() {} }, film])).toThrow(TypeError)
})
