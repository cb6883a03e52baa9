import { zValidator } from '@hono/zod-validator'
import { Hono, type MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound } from '../errors.ts'
import { readLength } from '../ingress/lengths.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import type { Instance } from '../instance.ts'
import { isRecord } from '../lib/is-record.ts'
import type { MemoryReservation } from '../relay/memory-pool.ts'
import { authorize, type PrincipalEnv, requireSecret } from '../routes/authorize.ts'
import { allowOrigins } from '../routes/origin.ts'
import { withBody } from '../routes/request-body.ts'
import { ID_PATTERN, MAX_SEGMENT_BYTES } from '../x/limits.ts'
import {
  appendFields,
  appendMembers,
  initializeRequest,
  metadataRequest,
  statusQuery,
  subtitlesDeleteRequest,
  subtitlesRequest,
} from '../x/schemas.ts'
import { describeIssues, unknownMember, unknownQuery } from '../x/x-problems.ts'
import { append, gather } from './append-segment.ts'
import { type CompatBody, readCompatBody, unique } from './body.ts'
import {
  asX,
  type CompatRequest,
  type CompatResponse,
  check,
  errorAsX,
  InvalidRequest,
  invalidResponse,
  missingMedia,
} from './response.ts'
import { runCommand } from './run-command.ts'
import { isStreamable, uploadAtOnce } from './single-request.ts'
import { finalize, findOwn, initialize } from './steps.ts'
import { createCompatUploads } from './upload-record.ts'

/**
 * X's own media API, so that what speaks to X uploads here with another base URL, and without a token. Below the mount's
 * `/2/media`. https://docs.x.com/x-api/media/introduction
 */
export function xCompat(parts: Instance): Hono<PrincipalEnv> {
  const instance = { ...parts, compatUploads: createCompatUploads(parts.store) }
  const { client, statuses } = instance

  return new Hono<PrincipalEnv>()
    .onError((error) => errorAsX(error))
    .use(allowOrigins(instance.origins), requireSecret(instance), authorize(instance))
    .post('/upload/initialize', noQuery, answer(initializeUpload))
    .post('/upload/:id/append', noQuery, validateId, answer(appendSegment))
    .post('/upload/:id/finalize', noQuery, validateId, answer(finalizeUpload))
    .get('/upload', validateStatus, answer(uploadStatus))
    .post('/upload', answer(uploadOrCommand))
    .post('/metadata', noQuery, answer(setMetadata))
    .post('/subtitles', noQuery, answer(addSubtitles))
    .delete('/subtitles', noQuery, answer(deleteSubtitles))
    .all('*', () => {
      throw notFound()
    })

  function answer(handle: (call: CompatRequest) => Promise<CompatResponse>) {
    return asX(instance, handle)
  }

  /** Works on a request's body; `mediaBytes`: what media it may have in base64. */
  function reading<Outcome>(
    { c, principal }: CompatRequest,
    mediaBytes: number,
    work: (body: CompatBody, reservation: MemoryReservation) => Promise<Outcome>,
  ): Promise<Outcome> {
    checkFraming(c.req.raw.headers)
    return withBody(c, principal, instance, async (body, reservation) => {
      // The text, and what JSON makes of it.
      if (mediaBytes > 0) reservation.require(Math.min(2 * jsonBytes(c.req.raw.headers), 3 * mediaBytes))
      return await work(await readCompatBody({ headers: c.req.raw.headers, body }, mediaBytes), reservation)
    })
  }

  async function readJson(call: CompatRequest): Promise<Record<string, unknown>> {
    return await reading(call, 0, async ({ kind, fields }) => {
      if (kind === 'form') {
        throw new InvalidRequest([{ message: 'Requests with bodies must have content-type of application/json.' }])
      }
      return fields
    })
  }

  async function initializeUpload(call: CompatRequest): Promise<CompatResponse> {
    const request = check(initializeRequest, await readJson(call))
    return { status: 200, body: await initialize(call, request, instance) }
  }

  async function appendSegment(call: CompatRequest): Promise<CompatResponse> {
    const mediaId = call.c.req.param('id') ?? ''
    return await reading(call, MAX_SEGMENT_BYTES, async (body, reservation) => {
      const { fields, segment } = await gather(body, reservation, instance, call)
      const { segment_index: index } = check(body.kind === 'json' ? appendMembers : appendFields, fields)
      const { expiresAt } = await append(call, { mediaId, index }, segment, instance)
      return { status: 200, body: { data: { expires_at: Math.floor(expiresAt / 1000) } } }
    })
  }

  async function finalizeUpload(call: CompatRequest): Promise<CompatResponse> {
    check(nothing, await readJson(call))
    return { status: 200, body: await finalize(call, call.c.req.param('id') ?? '', instance) }
  }

  async function uploadStatus(call: CompatRequest): Promise<CompatResponse> {
    const mediaId = call.c.req.query('media_id') ?? ''
    // X has no status of what it does not process. https://github.com/xdevplatform/xurl/issues/18
    if (!(await findOwn(mediaId, call, instance)).isProcessed) throw notFound()
    return { status: 200, body: await statuses.read(mediaId, call.context) }
  }

  async function uploadOrCommand(call: CompatRequest): Promise<CompatResponse> {
    const query = unique(new URL(call.c.req.url).searchParams)
    return await reading(call, MAX_SEGMENT_BYTES, async (body, reservation) => {
      const named = query['command'] ?? (body.kind === 'form' ? body.fields['command'] : undefined)
      const isHeld = hasMedia(body) && (named !== undefined || !isStreamable(body))
      const gathered = isHeld ? await gather(body, reservation, instance, call) : undefined
      const { fields } = gathered ?? body
      if (named === undefined && (body.kind === 'json' || fields['command'] === undefined)) {
        const [stray] = Object.entries(query)
        if (stray) throw new InvalidRequest([unknownQuery(stray[0], [String(stray[1])], [])])
        if (!hasMedia(body)) throw missingMedia()
        return { status: 200, body: await uploadAtOnce(call, body, { reservation, gathered }, instance) }
      }
      const parameters = unique([...Object.entries(query), ...Object.entries(fields)])
      return await runCommand(call, parameters, gathered?.segment, instance)
    })
  }

  async function setMetadata(call: CompatRequest): Promise<CompatResponse> {
    const request = check(metadataRequest, await readJson(call))
    for (const name of OTHERS_MEDIA) {
      if (request.metadata?.[name] !== undefined) throw new InvalidRequest([unknownMember(`metadata.${name}`)])
    }
    await findOwn(request.id, call, instance)
    await client.setMetadata(request, call.context)
    return saidByX(call, { id: request.id, associated_metadata: request.metadata ?? {} })
  }

  async function addSubtitles(call: CompatRequest): Promise<CompatResponse> {
    const request = check(subtitlesRequest, await readJson(call))
    await findOwn(request.id, call, instance)
    await findOwn(request.subtitles.id, call, instance)
    await client.addSubtitles(request, call.context)
    const { id, media_category, subtitles } = request
    return saidByX(call, { id, media_category, associated_subtitles: [subtitles] })
  }

  async function deleteSubtitles(call: CompatRequest): Promise<CompatResponse> {
    const request = check(subtitlesDeleteRequest, await readJson(call))
    await findOwn(request.id, call, instance)
    await client.deleteSubtitles(request, call.context)
    return saidByX(call, { deleted: true })
  }
}

/** What X answered, in known members, or what it means where X answered nothing. */
function saidByX({ lastAnswer }: CompatRequest, otherwise: Record<string, unknown>): CompatResponse {
  const json = lastAnswer()?.json
  const said = isRecord(json) && isRecord(json['data']) ? json['data'] : {}
  const known = Object.keys(otherwise).filter((name) => said[name] !== undefined)
  return {
    status: 200,
    body: { data: { ...otherwise, ...Object.fromEntries(known.map((name) => [name, said[name]])) } },
  }
}

function hasMedia({ fields, media }: CompatBody): boolean {
  return media !== undefined || fields['media'] !== undefined
}

function jsonBytes(headers: Headers): number {
  if (!headers.get('content-type')?.toLowerCase().startsWith('application/json')) return 0
  return readLength('Content-Length', headers.get('content-length') ?? undefined) ?? MAX_SEGMENT_BYTES
}

/** Metadata that name media of their own, whose they are nobody here knows. */
const OTHERS_MEDIA = ['preview_image', 'sticker_info']

const nothing = z.strictObject({})

/** X refuses parameters that a call does not have. */
const noQuery: MiddlewareHandler<PrincipalEnv> = zValidator('query', nothing, (result, c) => {
  if (result.success) return
  const [name = ''] = Object.keys(c.req.query())
  return invalidResponse([unknownQuery(name, c.req.queries(name) ?? [], [])])
})

const validateId: MiddlewareHandler<PrincipalEnv> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(ID_PATTERN)) }),
  (result, c) => {
    if (result.success) return
    const parameters = { id: [(c.req.param('id') ?? '').slice(0, 100)] }
    return invalidResponse([{ message: 'The `id` path parameter is not valid', parameters }])
  },
)

const validateStatus: MiddlewareHandler<PrincipalEnv> = zValidator('query', statusQuery, (result, c) =>
  result.success ? undefined : invalidResponse(describeIssues(result.error.issues, c.req.query())),
)
