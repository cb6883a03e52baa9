import { fromR2, type R2BucketLike } from '../../src/sources/index.ts'
import { runChecks } from './checks.ts'
import { type FilePlace, SOURCE_CHECKS } from './source-checks.ts'

interface Bucket extends R2BucketLike {
  put(key: string, file: Uint8Array, options: { httpMetadata: { contentType: string } }): Promise<unknown>
}

function placeIn(bucket: Bucket): FilePlace {
  return {
    async put(file) {
      await bucket.put('film.mp4', file, { httpMetadata: { contentType: 'video/mp4' } })
    },
    source: () => fromR2(bucket, 'film.mp4'),
    missing: () => fromR2(bucket, 'missing.mp4'),
  }
}

export default {
  async fetch(_: Request, { BUCKET }: { BUCKET: Bucket }): Promise<Response> {
    return Response.json(await runChecks(SOURCE_CHECKS, placeIn(BUCKET)))
  },
}
