/** Runs the Worker in workerd on this machine. Its objects and files are in the folder `DATA`, or else in memory. */

import { join } from 'node:path'
import process from 'node:process'
import { Miniflare } from 'miniflare'
import { announce } from '../../cli/server/announce.ts'
import { bundleWorker } from '../bundle-worker.ts'

const { PORT = '8787', DATA: data, ...variables } = process.env
const { API_KEY = '', X_BEARER_TOKEN = '', X_API_BASE_URL = 'https://api.x.com' } = variables

const miniflare = new Miniflare({
  modules: await bundleWorker(new URL('worker.ts', import.meta.url)),
  compatibilityDate: '2026-07-30',
  compatibilityFlags: ['enable_request_signal'],
  host: '127.0.0.1',
  port: Number(PORT),
  bindings: { API_KEY, X_BEARER_TOKEN, X_API_BASE_URL },
  r2Buckets: ['BUCKET'],
  durableObjects: {
    POSTS: { className: 'ScheduledPost', useSQLite: true },
    UPLOADS: { className: 'XMediaObject', useSQLite: true },
  },
  ...(data ? { durableObjectsPersist: join(data, 'objects'), r2Persist: join(data, 'bucket') } : {}),
})
const url = await miniflare.ready
announce({ url: url.origin, close: () => miniflare.dispose() })
