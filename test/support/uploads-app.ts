import { Hono } from 'hono'
import { createXMedia, type Store, XMediaError } from '../../src/index.ts'
import type { StoredFile } from '../../src/sources/index.ts'

export interface UploadsAppOptions {
  store: Store
  /** Where X is. */
  xUrl: string
  /** Keeps a file for later uploads. */
  put(name: string, file: ArrayBuffer): Promise<unknown>
  source(name: string): StoredFile
}

/** An app that keeps files, and uploads each one under its name. */
export function createUploadsApp({ store, xUrl, put, source }: UploadsAppOptions): Hono {
  const x = createXMedia({
    token: 'server-held-token',
    store,
    x: { baseUrl: xUrl, segmentBytes: 1024 * 1024, retry: { backoffMs: 10 } },
  })
  return new Hono()
    .put('/files/:name', async (c) => {
      await put(c.req.param('name'), await c.req.arrayBuffer())
      return c.body(null, 204)
    })
    .post('/uploads/:name', async (c) => {
      const name = c.req.param('name')
      return c.json(await x.upload({ id: name, source: source(name), mediaType: 'video/mp4' }))
    })
    .onError((error) => {
      if (error instanceof XMediaError) return error.getResponse()
      throw error
    })
}
