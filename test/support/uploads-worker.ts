import { type DurableObjects, durableObjectStore, type Worker, worker } from '../../adapters/cloudflare.ts'
import { fromR2, type R2BucketLike } from '../../src/sources/index.ts'
import { createUploadsApp } from './uploads-app.ts'

interface Env {
  UPLOADS: DurableObjects
  BUCKET: R2BucketLike & { put(key: string, file: ArrayBuffer): Promise<unknown> }
  X_API_BASE_URL: string
}

const uploads: Worker<Env> = worker((env: Env) =>
  createUploadsApp({
    store: durableObjectStore(env.UPLOADS),
    xUrl: env.X_API_BASE_URL,
    put: (name, file) => env.BUCKET.put(name, file),
    source: (name) => fromR2(env.BUCKET, name),
  }),
)
export default uploads
export { XMediaObject } from '../../adapters/cloudflare.ts'
