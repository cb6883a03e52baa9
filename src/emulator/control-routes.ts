/** The emulator's own routes, for tests and demo pages. They need no token. */

import { Hono } from 'hono'
import * as z from 'zod/mini'
import { parseOptions } from '../lib/parse-options.ts'
import { ApiError, badRequest, jsonResponse } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import { serveMedia } from './serve-media.ts'
import { reportUpload, summarizeUpload } from './upload-report.ts'

const clockRequest = z.strictObject({ advance_secs: z.number() })

/** Where the control routes are. */
export const CONTROL_PATH = '/_emulator'

/**
 * | route below `/_emulator` | body → answer |
 * |---|---|
 * | `GET /` | `{"routes":[…]}`: these routes |
 * | `GET /uploads` | `{"uploads":[UploadSummary]}` |
 * | `GET /uploads/:id` | `UploadReport`: the summary and a SHA-256 of the bytes |
 * | `GET /uploads/:id/media` | the bytes; supports `Range`, so that a browser can play a video |
 * | `GET /posts` | `{"posts":[EmulatedPost]}` |
 * | `POST /clock` | `{"advance_secs":seconds}` → `{"now":milliseconds}` |
 * | `PUT /faults` | `FaultPlan`, which replaces the previous one → 204, or 400 with what is wrong with it |
 * | `GET /violations` | `{"violations":[Violation]}` |
 * | `GET /requests` | `RequestCounts` |
 * | `POST /reset` | forgets everything but the clock → 204 |
 */
export function createControlRoutes(state: EmulatorState): Hono {
  const routes = new Hono()

  routes.get('/uploads', () =>
    jsonResponse({ uploads: state.uploads.all().map((upload) => summarizeUpload(state, upload)) }),
  )
  routes.get('/uploads/:id', async (c) => {
    const upload = state.uploads.get(c.req.param('id'))
    return upload === undefined ? c.notFound() : jsonResponse(await reportUpload(state, upload))
  })
  routes.get('/uploads/:id/media', (c) => {
    const upload = state.uploads.get(c.req.param('id'))
    return upload === undefined ? c.notFound() : serveMedia(upload, c.req.header('range'))
  })
  routes.get('/posts', () => jsonResponse({ posts: state.posts.all() }))
  routes.post('/clock', async (c) => {
    const request = await readJson(c.req.raw)
    const { advance_secs } = refuseMistakes(() => parseOptions(clockRequest, request))
    state.advance(advance_secs)
    return jsonResponse({ now: state.now() })
  })
  routes.put('/faults', async (c) => {
    const plan = await readJson(c.req.raw)
    refuseMistakes(() => state.setFaults(plan))
    return c.body(null, 204)
  })
  routes.get('/violations', () => jsonResponse({ violations: state.log.violations() }))
  routes.get('/requests', () => jsonResponse(state.log.requests()))
  routes.post('/reset', (c) => {
    state.reset()
    return c.body(null, 204)
  })
  const names = routes.routes.map(({ method, path }) => `${method} ${CONTROL_PATH}${path}`)
  routes.get('/', () => jsonResponse({ routes: names }))
  routes.onError((error) => {
    if (error instanceof ApiError) return error.response
    throw error
  })
  return routes
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json()
  } catch {
    throw badRequest('Request body is not valid JSON.')
  }
}

/** Answers 400 with the message of the `TypeError` that options which do not work cause. */
function refuseMistakes<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof TypeError ? badRequest(error.message) : error
  }
}
