/** Serves an uploads app in workerd: Durable Objects and R2 are in `FOLDER`, X is at `X_API_BASE_URL`. */

import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { announce } from '../../cli/server/announce.ts'
import { startWorker } from './worker.ts'

const { FOLDER: folder = '', X_API_BASE_URL: xUrl = '' } = process.env

const miniflare = await startWorker(
  fileURLToPath(new URL('uploads-worker.ts', import.meta.url)),
  {
    compatibilityFlags: ['enable_request_signal'],
    bindings: { X_API_BASE_URL: xUrl },
    durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
    r2Buckets: ['BUCKET'],
  },
  { durableObjectsPersist: join(folder, 'objects'), r2Persist: join(folder, 'bucket') },
)
const { origin } = await miniflare.ready
announce({ url: origin, close: () => miniflare.dispose() })
