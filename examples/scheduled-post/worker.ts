/**
 * Posts a file at a time. `PUT /files/film.mp4` keeps the file, `POST /posts` with `{"file":"film.mp4","text":"Meow",
 * "at":"2026-12-24T18:00:00Z"}` plans the post, and `GET /posts/:id` tells what became of it.
 */

import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { timingSafeEqual } from 'hono/utils/buffer'
import * as z from 'zod/mini'
import { type Worker, worker } from '../../adapters/cloudflare.ts'
import type { Job, PostEnv } from './scheduled-post.ts'

interface Env extends PostEnv {
  /** What clients of this Worker send as bearer token. */
  API_KEY: string
  POSTS: {
    idFromName(name: string): unknown
    get(id: unknown): { fetch(url: string, init?: RequestInit): Promise<Response> }
  }
  BUCKET: PostEnv['BUCKET'] & {
    put(key: string, file: ReadableStream | null, options: { httpMetadata: Headers }): Promise<unknown>
  }
}

/** A Durable Object has no host, but a request to it needs one. */
const OBJECT_URL = 'https://post.invalid/'

const planned = zValidator(
  'json',
  z.object({ file: z.string(), text: z.string(), at: z.iso.datetime({ offset: true }) }),
)

const objectOf = ({ POSTS }: Env, id: string) => POSTS.get(POSTS.idFromName(id))

const app = new Hono<{ Bindings: Env }>()
  .use(bearerAuth<{ Bindings: Env }>({ verifyToken: (key, c) => timingSafeEqual(key, c.env.API_KEY) }))
  .put('/files/:name', async (c) => {
    await c.env.BUCKET.put(c.req.param('name'), c.req.raw.body, { httpMetadata: c.req.raw.headers })
    return c.body(null, 204)
  })
  .post('/posts', planned, async (c) => {
    const { file, text, at } = c.req.valid('json')
    const object = await c.env.BUCKET.head(file)
    if (object === null) return c.json({ detail: 'There is no such file.' }, 404)
    const id = crypto.randomUUID()
    const job: Job = { id, file, etag: object.etag, text, at: Date.parse(at), state: 'planned' }
    await objectOf(c.env, id).fetch(OBJECT_URL, { method: 'PUT', body: JSON.stringify(job) })
    return c.json(job, 202)
  })
  .get('/posts/:id', (c) => objectOf(c.env, c.req.param('id')).fetch(OBJECT_URL))

const scheduler: Worker<Env> = worker(() => app)
export default scheduler
export { XMediaObject } from '../../adapters/cloudflare.ts'
export { ScheduledPost } from './scheduled-post.ts'
