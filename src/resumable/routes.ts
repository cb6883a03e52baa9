import { zValidator } from '@hono/zod-validator'
import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound, XMediaError } from '../errors.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { toHex } from '../lib/encoding.ts'
import { planSegments } from '../relay/segment-plan.ts'
import { readSecret } from '../routes/authorize.ts'
import { mountPath } from '../routes/mount-path.ts'
import { type UploadEnv, type UploadInput, validateUpload } from '../routes/upload.ts'
import { policyFor } from '../routes/upload-policy.ts'
import { finishSession } from '../session/finish.ts'
import { createSessions, type Session } from '../session/record.ts'
import { CHECKSUM_ALGORITHMS, readChunk, readCreation, TUS_VERSION } from './headers.ts'
import type { ResumableInstance } from './instance.ts'
import { contextOf, type FileId, isTransient, receive, refuseFailed, take, working } from './receive-chunk.ts'
import { answer, answering, pathBelow, uploadLimit } from './response.ts'

/**
 * Resumable uploads: tus 1.0 (https://tus.io/protocols/resumable-upload) and the IETF's draft
 * (draft-ietf-httpbis-resumable-upload-11) on the same resource.
 */

/** Random bits of an id: 128, so that nobody finds another's by chance. */
const ID_BYTES = 16

/** How long an upload without bytes is kept, milliseconds. */
const UNUSED_EXPIRY_MS = 3_600_000

const validateFileId: MiddlewareHandler<UploadEnv, string, FileId> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(/^[0-9a-f]{32}$/)) }),
  (result) => {
    if (!result.success) throw notFound()
  },
)

/** The routes below `/files`. */
export function resumable(parts: Instance): Hono<UploadEnv> {
  const instance = { ...parts, sessions: createSessions(parts.store, parts.clock) }
  return new Hono<UploadEnv>()
    .on('OPTIONS', ['/', '/:id'], describeFiles(instance))
    .post('/', validateUpload, createFile(instance))
    .get('/:id', validateFileId, inspectFile(instance)) // HEAD too
    .patch('/:id', validateFileId, appendFile(instance))
    .delete('/:id', validateFileId, removeFile(instance))
    .post('/:id', validateFileId, overriddenFile(instance))
}

/** Tells what this server can do; asks nothing of X. */
function describeFiles(instance: ResumableInstance): Handler<UploadEnv> {
  return answering(async function describeFiles(c) {
    c.header('tus-version', TUS_VERSION)
    c.header('tus-extension', 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum')
    c.header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
    c.header('tus-max-size', String(instance.sizeLimits.uploadBytes))
    c.header('upload-limit', uploadLimit(instance))
    return c.body(null, 204)
  })
}

/** Opens an upload, with its first bytes if they come along. */
function createFile(instance: ResumableInstance): Handler<UploadEnv, string, UploadInput> {
  return answering(async function createFile(c: Context<UploadEnv, string, UploadInput>) {
    const { clock, creations, relay, sessions } = instance
    const { subject } = c.var.xMediaPrincipal
    const { headers } = c.req.raw
    checkFraming(headers)
    // Fail on a bad key now, not after X has the whole file.
    readSecret(c, instance)
    const { parameters, chunk, totalBytes, ...creation } = readCreation(c.req.raw, c.req.valid('query'))
    if (totalBytes === 0) throw emptyBody()
    if (totalBytes !== undefined) {
      policyFor(c, c.var.xMediaPrincipal, instance).checkSize(totalBytes, creation.category)
      planSegments(totalBytes, relay.segmentSize.preferred, relay.maxSegments)
    }
    const session: Session = {
      ...{ id: randomId(), subject, ...creation, totalBytes },
      ...{ additionalOwners: parameters.additional_owners, shared: parameters.shared, altText: parameters.alt_text },
      ...{ offset: 0, nextSegment: 0, segmentBytes: 0, planned: [], state: 'open' },
      expiresAt: clock.now() + UNUSED_EXPIRY_MS,
    }
    await creations.consume(subject, 0)
    await sessions.create(session)
    const location = `${mountPath(c, instance.mountPath, pathBelow(c))}/files/${session.id}`
    c.header('location', location)
    if (chunk === undefined || chunk.bytes === 0) return await answer(c, session, 201, instance)
    const lease = await sessions.lease(session.id)
    if (lease === undefined || lease === 'held') throw new TypeError('a new session cannot be leased')
    const after = await working(lease, () => receive(c, lease, chunk, instance)).catch((error: unknown) => {
      // The upload is there, and goes on with what is missing: a new one would be sent from the beginning.
      if (isTransient(error)) return lease.session
      throw error
    })
    return await answer(c, after, 201, instance)
  })
}

/** Takes more bytes. */
function appendFile(instance: ResumableInstance): Handler<UploadEnv, string, FileId> {
  return answering(async function appendFile(c: Context<UploadEnv, string, FileId>) {
    checkFraming(c.req.raw.headers)
    const chunk = readChunk(c.req.raw)
    const lease = await take(c, instance)
    const session = await working(lease, () => receive(c, lease, chunk, instance))
    return await answer(c, session, 204, instance)
  })
}

/** Seconds after which to ask again, when nothing says. */
const ASK_AGAIN_SECS = 5

/**
 * Tells how far an upload has come; and finalizes one that has all its bytes, if that was not to be had before. Clients
 * give up an upload that they cannot ask about, and send it all again: only 423 makes them wait.
 * https://github.com/tus/tus-js-client/blob/main/lib/upload.js
 */
function inspectFile(instance: ResumableInstance): Handler<UploadEnv, string, FileId> {
  return answering(async function inspectFile(c: Context<UploadEnv, string, FileId>) {
    const session = await inspect(c, instance).catch((error: unknown) => {
      if (!isTransient(error)) throw error
      const { message, retryAfterSecs = ASK_AGAIN_SECS } = error
      throw new XMediaError('upload_locked', `${message} Ask again.`, { cause: error, retryAfterSecs })
    })
    if (session.metadata !== undefined) c.header('upload-metadata', session.metadata)
    if (session.totalBytes === undefined) c.header('upload-defer-length', '1')
    else c.header('upload-length', String(session.totalBytes))
    return await answer(c, session, 200, instance)
  })
}

async function inspect(c: Context<UploadEnv, string, FileId>, instance: ResumableInstance): Promise<Session> {
  const lease = await take(c, instance)
  return await working(lease, async () => {
    refuseFailed(lease.session)
    await finishSession(lease, contextOf(c, instance), instance.relay)
  })
}

/** Forgets an upload. X forgets by itself what was not finalized. */
function removeFile(instance: ResumableInstance): Handler<UploadEnv, string, FileId> {
  return answering(async function removeFile(c: Context<UploadEnv, string, FileId>) {
    const lease = await take(c, instance)
    await lease.remove()
    return c.body(null, 204)
  })
}

/** Clients behind proxies that know no PATCH send it as POST. https://tus.io/protocols/resumable-upload#x-http-method-override */
function overriddenFile(instance: ResumableInstance): Handler<UploadEnv, string, FileId> {
  const handlers: Readonly<Record<string, Handler<UploadEnv, string, FileId>>> = {
    PATCH: appendFile(instance),
    DELETE: removeFile(instance),
    HEAD: inspectFile(instance),
  }
  return async function overriddenFile(c, next) {
    const method = c.req.header('x-http-method-override')?.toUpperCase() ?? ''
    const response = await handlers[method]?.(c, next)
    if (response) return response
    throw notFound()
  }
}

function randomId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES)))
}
