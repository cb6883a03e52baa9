import { zValidator } from '@hono/zod-validator'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { authorize, type PrincipalEnv, requireSecret } from '../routes/authorize.ts'
import { allowOrigins } from '../routes/origin.ts'
import { CATEGORY_MAX_BYTES, ID_PATTERN, MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { appendFields, appendMembers, initializeRequest, statusQuery } from '../x/schemas.ts'
import { describeIssues, unknownQuery } from '../x/x-problems.ts'
import { append } from './append-segment.ts'
import { isCommand, runCommand } from './commands.ts'
import { finalize } from './finalize.ts'
import { initialize } from './initialize.ts'
import { InvalidRequest, uniqueFields, validate } from './invalid-request.ts'
import { addSubtitles, deleteSubtitles, readStatus, setMetadata } from './media.ts'
import { hasMedia, readJsonFields, receiveBody, withCompatBody } from './receive-body.ts'
import { type CompatHandler, type CompatInstance, type CompatRequest, compatHandler } from './request.ts'
import { type CompatResponse, compatErrorResponse } from './response.ts'
import { bufferedFile, isStreamable, streamedFile, uploadOneShot } from './single-upload.ts'
import { createCompatUploads } from './upload-record.ts'

/**
 * X's own media API, below the mount's `/2/media`: clients of X upload here with another base URL, and without X's token.
 * https://docs.x.com/x-api/media/introduction
 */
export function xCompat(parts: Instance): Hono<PrincipalEnv> {
  const instance = { ...parts, compatUploads: createCompatUploads(parts.store) }
  const answer = (handle: CompatHandler): Handler<PrincipalEnv> => compatHandler(instance, handle)

  return new Hono<PrincipalEnv>()
    .onError((error) => compatErrorResponse(error))
    .use(allowOrigins(instance.origins), requireSecret(instance), authorize(instance))
    .post('/upload/initialize', refuseQuery, answer(initializeUpload))
    .post('/upload/:id/append', refuseQuery, validateId, answer(appendSegment))
    .post('/upload/:id/finalize', refuseQuery, validateId, answer(finalizeUpload))
    .get('/upload', validateStatusQuery, answer(readStatus))
    .post('/upload', answer(uploadOrRunCommand))
    .post('/metadata', refuseQuery, answer(setMetadata))
    .post('/subtitles', refuseQuery, answer(addSubtitles))
    .delete('/subtitles', refuseQuery, answer(deleteSubtitles))
    .all('*', () => {
      throw notFound()
    })
}

async function initializeUpload(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const fields = await readJsonFields(request, instance)
  return { status: 200, body: await initialize(request, fields, initializeRequest, instance) }
}

async function appendSegment(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  return await withCompatBody(request, MAX_SEGMENT_BYTES, instance, async (body, reservation) => {
    const { fields, media } = await receiveBody(body, reservation, instance.clock)
    const { segment_index: index } = validate(body.kind === 'json' ? appendMembers : appendFields, fields)
    const { expiresAt } = await append(request, { mediaId: idOf(request), index }, media, instance)
    return { status: 200, body: { data: { expires_at: Math.floor(expiresAt / 1000) } } }
  })
}

async function finalizeUpload(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  validate(noFields, await readJsonFields(request, instance))
  return { status: 200, body: await finalize(request, idOf(request), instance) }
}

/** The same path takes a file in one request, and the commands of X's first generation. */
async function uploadOrRunCommand(request: CompatRequest, instance: CompatInstance): Promise<CompatResponse> {
  const query = uniqueFields(new URL(request.c.req.url).searchParams)
  return await withCompatBody(request, CATEGORY_MAX_BYTES.tweet_image, instance, async (body, reservation) => {
    const isStreamed = isStreamable(body) && !isCommand(query, body)
    const received = hasMedia(body) && !isStreamed ? await receiveBody(body, reservation, instance.clock) : undefined
    const fields = received?.fields ?? body.fields
    // In a form `command` may come after the media.
    if (isCommand(query, { kind: body.kind, fields })) {
      const parameters = uniqueFields([...Object.entries(query), ...Object.entries(fields)])
      return await runCommand(request, parameters, received?.media, instance)
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
const refuseQuery: MiddlewareHandler<PrincipalEnv> = zValidator('query', noFields, (result, c) => {
  if (result.success) return
  const [name = ''] = Object.keys(c.req.query())
  throw new InvalidRequest(unknownQuery(name, c.req.queries(name) ?? [], []))
})

/** Longest part of an invalid id to send back, characters. */
const MAX_ECHOED_ID = 100

const validateId: MiddlewareHandler<PrincipalEnv> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(ID_PATTERN)) }),
  (result, c) => {
    if (result.success) return
    const parameters = { id: [(c.req.param('id') ?? '').slice(0, MAX_ECHOED_ID)] }
    throw new InvalidRequest({ message: 'The `id` path parameter is not valid', parameters })
  },
)

const validateStatusQuery: MiddlewareHandler<PrincipalEnv> = zValidator('query', statusQuery, (result, c) => {
  if (!result.success) throw new InvalidRequest(...describeIssues(result.error.issues, c.req.query()))
})
