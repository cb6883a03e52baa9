import { Hono } from 'hono'
import { drain } from './drain.ts'
import { floor } from './floor.ts'
import { passthrough } from './passthrough.ts'
import { rechunk } from './rechunk.ts'

/** On Node, the request that the web stream stands for. */
export interface ContenderEnv {
  Bindings: { incoming?: AsyncIterable<Uint8Array<ArrayBuffer>> }
}

/** What the middleware is compared with, on any runtime. */
export function createContenders(sinkUrl: string): Hono<ContenderEnv> {
  return new Hono<ContenderEnv>()
    .post('/drain', (c) => drain(c.req.raw, false))
    .post('/refuse', (c) => drain(c.req.raw, true))
    .post('/floor', (c) => floor(c.req.raw, sinkUrl, c.env.incoming))
    .post('/passthrough', (c) => passthrough(c.req.raw, sinkUrl))
    .post('/rechunk', (c) => rechunk(c.req.raw, sinkUrl))
    .post('/parse-body', async (c) => {
      // The others do without what this one brings along.
      const { parseBody } = await import('./parse-body.ts')
      return await parseBody(c, sinkUrl)
    })
}
