import { Hono } from 'hono'
import { drain } from './drain.ts'
import { passthrough } from './passthrough.ts'
import { rechunk } from './rechunk.ts'

/** What the middleware is compared with, on any runtime. */
export function createContenders(sinkUrl: string): Hono {
  return new Hono()
    .post('/drain', (c) => drain(c.req.raw, false))
    .post('/refuse', (c) => drain(c.req.raw, true))
    .post('/passthrough', (c) => passthrough(c.req.raw, sinkUrl))
    .post('/rechunk', (c) => rechunk(c.req.raw, sinkUrl))
    .post('/parse-body', async (c) => {
      // The others do without what this one brings along.
      const { parseBody } = await import('./parse-body.ts')
      return await parseBody(c, sinkUrl)
    })
}
