import { zValidator } from '@hono/zod-validator'
import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import type { XMediaError } from '../errors.ts'
import { checkHostBody } from '../host/check-body.ts'
import type { Instance } from '../instance.ts'
import { authorize, requireSecret } from '../routes/authorize.ts'
import { findMount } from '../routes/mount.ts'
import type { ObserverEnv } from '../routes/observe.ts'
import { allowOrigins } from '../routes/origin.ts'
import { findPublicUrl } from '../routes/public-url.ts'
import { answerUnrouted, withSlash } from '../routes/unrouted.ts'
import { CATEGORY_MAX_BYTES, ID_PATTERN, MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { appendFields, appendMembers, initializeRequest, statusQuery } from '../x/schemas.ts'
import { describeIssues, unknownQuery } from '../x/x-problems.ts'
import { append, findOpenUpload } from './append-segment.ts'
import { findTarget, isCommand, runCommand } from './commands.ts'
import { finalize } from './finalize.ts'
import { initialize } from './initialize.ts'
import { InvalidRequest, uniqueFields, validate } from './invalid-request.ts'
import { addSubtitles, deleteSubtitles, readStatus, setMetadata } from './media.ts'
import { hasMedia, readJsonFields, receiveBody, withCompatBody, withJsonFields } from './receive-body.ts'
import {
  type CompatEnv,
  type CompatHandler,
  type CompatInstance,
  type CompatRequest,
  compatHandler,
  respondAsX,
} from './request.ts'
import { type CompatResponse, unroutedResponse } from './response.ts'
import { bufferedFile, isStreamable, streamedFile, uploadOneShot } from './single-upload.ts'
import { createCompatUploads, findUpload } from './upload-record.ts'

/** Where these routes are, below the mount. */
export const COMPAT_PATH = '/2/media'

/**
 * X's own media API, below the mount's `/2/media`: clients of X upload here with another base URL, and without X's token.
 * https://docs.x.com/x-api/media/introduction
 */
export function xCompat(parts: Instance): Hono<CompatEnv> {
  const instance = { ...parts, compatUploads: createCompatUploads(parts.store) }
  const answer = (handle: CompatHandler): Handler<CompatEnv> => compatHandler(instance, handle)

  const app = new Hono<CompatEnv>().onError((error, c) => respondAsX(error, c))
  return app
    .use(findPublicUrl(instance), findMount(instance.mountPath, COMPAT_PATH))
    .use(allowOrigins(instance), requireSecret(instance), authorize(instance), checkHostBody(instance))
    .on('POST', withSlash('/upload/initialize'), refuseQuery, answer(initializeUpload))
    .on('POST', withSlash('/upload/:id/append'), refuseQuery, validateId, answer(appendSegment))
    .on('POST', withSlash('/upload/:id/finalize'), refuseQuery, validateId, answer(finalizeUpload))
    .on('GET', withSlash('/upload'), validateStatusQuery, answer(readStatus))
    .on('POST', withSlash('/upload'), answer(uploadOrRunCommand))
    .on('POST', withSlash('/metadata'), refuseQuery, answer(setMetadata))
    .on('POST', withSlash('/subtitles'), refuseQuery, answer(addSubtitles))
    .on('DELETE', withSlash('/subtitles'), refuseQuery, answer(deleteSubtitles))
    .use(answerUnrouted(app.routes, '/upload', refuseUnrouted))
}

function refuseUnrouted(error: XMediaError, c: Pick<Context<ObserverEnv>, 'var'>): Response {
  c.var.xMediaObserver.refuse(error)
  return unroutedResponse(error)
}

async function initializeUpload(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const fields = await readJsonFields(request, instance)
  return { status: 200, body: await initialize(request, fields, initializeRequest, instance) }
}

async function appendSegment(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const mediaId = idOf(request)
  const upload = await findOpenUpload(mediaId, request.principal.subject, instance.compatUploads)
  return await withCompatBody(request, MAX_SEGMENT_BYTES, instance, async (body, reservation) => {
    const { fields, media } = await receiveBody(body, reservation, instance.clock)
    const { segment_index: index } = validate(body.kind === 'json' ? appendMembers : appendFields, fields)
    const { expiresAt } = await append(request, { mediaId, index, upload }, media, instance)
    return { status: 200, body: { data: { expires_at: Math.floor(expiresAt / 1000) } } }
  })
}

async function finalizeUpload(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const mediaId = idOf(request)
  const found = await findUpload(mediaId, request.principal.subject, instance.compatUploads)
  return await withJsonFields(request, instance, async (fields) => {
    validate(noFields, fields)
    return { status: 200, body: await finalize(request, { mediaId, found }, instance) }
  })
}

/** The same path takes a file in one request, and the commands of X's first generation. */
async function uploadOrRunCommand(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const query = uniqueFields(request.c.var.xMediaUrl.searchParams)
  const parametersWith = (fields: object) => uniqueFields([...Object.entries(query), ...Object.entries(fields)])
  const named = await findTarget(request, query, instance)
  return await withCompatBody(request, CATEGORY_MAX_BYTES.tweet_image, instance, async (body, reservation) => {
    const isStreamed = isStreamable(body) && !isCommand(query, body)
    // Before the media is read, if its form names the upload first.
    const upload =
      named ?? (isCommand(query, body) ? await findTarget(request, parametersWith(body.fields), instance) : undefined)
    const received = hasMedia(body) && !isStreamed ? await receiveBody(body, reservation, instance.clock) : undefined
    const fields = received?.fields ?? body.fields
    // In a form `command` may come after the media.
    if (isCommand(query, { kind: body.kind, fields })) {
      return await runCommand(request, parametersWith(fields), { upload, segment: received?.media }, instance)
    }
    const [unknown] = Object.entries(query)
    if (unknown) throw new InvalidRequest(unknownQuery(unknown[0], [String(unknown[1])], []))
    const file = received ? bufferedFile(body, received) : streamedFile(body)
    return { status: 200, body: await uploadOneShot(request, file, reservation, instance) }
  })
}

function idOf({ c }: CompatRequest): string {
  return c.req.param('id') ?? ''
}

const noFields = z.strictObject({})

/** X refuses query parameters that an operation does not have. */
const refuseQuery: MiddlewareHandler<CompatEnv> = zValidator('query', noFields, (result, c) => {
  if (result.success) return
  const [name = ''] = Object.keys(c.req.query())
  throw new InvalidRequest(unknownQuery(name, c.req.queries(name) ?? [], []))
})

/** Longest part of an invalid id to send back, characters. */
const MAX_ECHOED_ID = 100

const validateId: MiddlewareHandler<CompatEnv> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(ID_PATTERN)) }),
  (result, c) => {
    if (result.success) return
    const parameters = { id: [(c.req.param('id') ?? '').slice(0, MAX_ECHOED_ID)] }
    throw new InvalidRequest({ message: 'The `id` path parameter is not valid', parameters })
  },
)

const validateStatusQuery: MiddlewareHandler<CompatEnv> = zValidator('query', statusQuery, (result, c) => {
  if (!result.success) throw new InvalidRequest(...describeIssues(result.error.issues, c.req.query()))
})
