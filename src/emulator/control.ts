/** The emulator's own routes, under `/_emulator`, for tests and demo pages. No token is asked for. */

import { Hono } from 'hono'
import * as z from 'zod/mini'
import { isMediaType } from '../x/limits.ts'
import { faultPlan } from './faults.ts'
import { type Range, readRange } from './range.ts'
import { invalid, json, Refusal } from './refusals.ts'
import { reportUpload, summarize } from './reports.ts'
import { orderedSegments, type Upload } from './uploads.ts'
import type { World } from './world.ts'

const clockRequest = z.strictObject({ advance_secs: z.number() })

/**
 * | route | body or answer |
 * |---|---|
 * | `GET /uploads` | `{"uploads":[UploadSummary]}` |
 * | `GET /uploads/:id` | `UploadReport`: the summary and the SHA-256 of the bytes in index order |
 * | `GET /uploads/:id/media` | the bytes, with `Range`, so that a browser can play them |
 * | `POST /clock` | `{"advance_secs":n}` → `{"now":milliseconds}` |
 * | `PUT /faults` | `FaultPlan`, replaces the one before → 204 |
 * | `GET /violations` | `{"violations":[Violation]}` |
 * | `GET /requests` | `RequestCounts` |
 * | `POST /reset` | forgets everything but the clock → 204 |
 */
export function createControl(world: World): Hono {
  const control = new Hono()

  control.get('/uploads', () => json({ uploads: world.uploads.all().map((upload) => summarize(world, upload)) }))
  control.get('/uploads/:id', async (c) => {
    const upload = world.uploads.get(c.req.param('id'))
    return upload === undefined ? c.notFound() : json(await reportUpload(world, upload))
  })
  control.get('/uploads/:id/media', (c) => {
    const upload = world.uploads.get(c.req.param('id'))
    return upload === undefined ? c.notFound() : media(upload, c.req.header('range'))
  })
  control.post('/clock', async (c) => {
    const { advance_secs } = await parse(clockRequest, c.req.raw)
    world.clock.advance(advance_secs)
    return json({ now: world.clock.now() })
  })
  control.put('/faults', async (c) => {
    world.setFaults(await parse(faultPlan, c.req.raw))
    return c.body(null, 204)
  })
  control.get('/violations', () => json({ violations: world.ledger.violations() }))
  control.get('/requests', () => json(world.ledger.requests()))
  control.post('/reset', (c) => {
    world.reset()
    return c.body(null, 204)
  })
  control.onError((error) => {
    if (error instanceof Refusal) return error.response
    throw error
  })
  return control
}

async function parse<T>(schema: z.ZodMiniType<T>, request: Request): Promise<T> {
  const result = schema.safeParse(await request.json().catch(() => undefined))
  if (!result.success) throw invalid(JSON.stringify(result.error.issues))
  return result.data
}

function media(upload: Upload, header: string | undefined): Response {
  const headers = {
    // The bytes are a stranger's: shown as media or not at all.
    'content-type':
      upload.mediaType !== undefined && isMediaType(upload.mediaType) ? upload.mediaType : 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
    'accept-ranges': 'bytes',
  }
  const range = readRange(header, upload.size)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${upload.size}` } })
  }
  const { start, end } = range ?? { start: 0, end: upload.size }
  const partial = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${upload.size}` }
  return new Response(stream(upload, { start, end }), {
    status: range === undefined ? 200 : 206,
    headers: { ...headers, ...partial, 'content-length': String(end - start) },
  })
}

function stream(upload: Upload, { start, end }: Range): ReadableStream<Uint8Array> {
  const chunks = slices(upload, start, end)
  return new ReadableStream({
    pull(controller) {
      const next = chunks.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
  })
}

function* slices(upload: Upload, start: number, end: number): Generator<Uint8Array, void> {
  let offset = 0
  for (const [, bytes] of orderedSegments(upload)) {
    const chunk = bytes.subarray(Math.max(0, start - offset), Math.max(0, end - offset))
    if (chunk.length > 0) yield chunk.slice()
    offset += bytes.length
  }
}
