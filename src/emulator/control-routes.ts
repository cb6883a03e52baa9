/** The emulator's own routes, for tests and demo pages. They need no token. */

import { Hono } from 'hono'
import * as z from 'zod/mini'
import { ApiError, badRequest, jsonResponse } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import { faultPlanSchema } from './fault-plan.ts'
import { serveMedia } from './serve-media.ts'
import { reportUpload, summarizeUpload } from './upload-report.ts'

const clockRequest = z.strictObject({ advance_secs: z.number() })

/**
 * | route below `/_emulator` | body → answer |
 * |---|---|
 * | `GET /uploads` | `{"uploads":[UploadSummary]}` |
 * | `GET /uploads/:id` | `UploadReport`: the summary and a SHA-256 of the bytes |
 * | `GET /uploads/:id/media` | the bytes; supports `Range`, so that a browser can play a video |
 * | `POST /clock` | `{"advance_secs":seconds}` → `{"now":milliseconds}` |
 * | `PUT /faults` | `FaultPlan`, which replaces the previous one → 204 |
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
  routes.post('/clock', async (c) => {
    const { advance_secs } = await readJson(clockRequest, c.req.raw)
    state.advance(advance_secs)
    return jsonResponse({ now: state.now() })
  })
  routes.put('/faults', async (c) => {
    state.setFaults(await readJson(faultPlanSchema, c.req.raw))
    return c.body(null, 204)
  })
  routes.get('/violations', () => jsonResponse({ violations: state.log.violations() }))
  routes.get('/requests', () => jsonResponse(state.log.requests()))
  routes.post('/reset', (c) => {
    state.reset()
    return c.body(null, 204)
  })
  routes.onError((error) => {
    if (error instanceof ApiError) return error.response
    throw error
  })
  return routes
}

async function readJson<T>(schema: z.ZodMiniType<T>, request: Request): Promise<T> {
  const result = schema.safeParse(await request.json().catch(() => undefined))
  if (!result.success) throw badRequest(JSON.stringify(result.error.issues))
  return result.data
}
