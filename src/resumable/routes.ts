import { type Context, type Handler, Hono } from 'hono'
import { methodNotAllowed, XMediaError } from '../errors.ts'
import { possibleCategories } from '../ingress/check-media.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import { requestedParameters } from '../ingress/upload-parameters.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { toHex } from '../lib/encoding.ts'
import { planSegments } from '../relay/segment-plan.ts'
import { readSecret } from '../routes/authorize.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { withSlash } from '../routes/unrouted.ts'
import { type UploadEnv, type UploadInput, validateUpload } from '../routes/upload.ts'
import { finishSession } from '../session/finish.ts'
import { tryLease, withLease } from '../session/lease.ts'
import { createSession, type Session } from '../session/record.ts'
import { CHECKSUM_ALGORITHMS, type Creation, readCreation, TUS_VERSION } from './headers.ts'
import { acceptChunk, callContext, isRetryable, patchUpload, throwIfFailed } from './patch-upload.ts'
import { uploadLimit, uploadLocation, uploadResponse, withProtocolHeaders } from './response.ts'
import { acquireUpload, type UploadContext, type UploadId, validateUploadId } from './upload-id.ts'

const FILES: string[] = withSlash('/files')
const FILE: string[] = withSlash('/files/:id')

/**
 * The routes of resumable uploads. They speak tus 1.0 (https://tus.io/protocols/resumable-upload) and the IETF draft
 * (draft-ietf-httpbis-resumable-upload-11).
 */
export function resumable(instance: Instance): Hono<UploadEnv> {
  return new Hono<UploadEnv>()
    .on('OPTIONS', [...FILES, ...FILE], describeServer(instance))
    .on('POST', FILES, validateUpload, createUpload(instance))
    .on('GET', FILE, validateUploadId, inspectUpload(instance)) // HEAD too
    .on('PATCH', FILE, validateUploadId, patchUpload(instance))
    .on('DELETE', FILE, validateUploadId, deleteUpload(instance))
    .on('POST', FILE, validateUploadId, overrideMethod(instance))
}

/** Random bytes of an id: 128 bits cannot be guessed. */
const ID_BYTES = 16

/** How long an upload without bytes is kept, in milliseconds: one hour. */
const UNUSED_EXPIRY_MS = 3_600_000

/** When to ask for the progress again if nothing better is known, in seconds. */
const RETRY_AFTER_SECS = 5

/** Lists the protocol versions, extensions and limits. */
function describeServer(instance: Pick<Instance, 'clock' | 'sizeLimits'>): Handler<UploadEnv> {
  return withProtocolHeaders(async function describeServer(c) {
    c.header('tus-version', TUS_VERSION)
    c.header('tus-extension', 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum')
    c.header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
    c.header('tus-max-size', String(instance.sizeLimits.uploadBytes))
    c.header('upload-limit', uploadLimit(instance))
    return c.body(null, 204)
  })
}

/** Creates an upload, and accepts its first bytes when the request brings some. */
function createUpload(instance: Instance): Handler<UploadEnv, string, UploadInput> {
  return withProtocolHeaders(async function createUpload(c: Context<UploadEnv, string, UploadInput>) {
    const { clock, creations, relay, store } = instance
    const principal = c.var.xMediaPrincipal
    checkFraming(c.req.raw.headers)
    // Fail on a bad key now, not after X has the whole file.
    readSecret(c, instance)
    const creation = readCreation(c.req.raw, c.req.valid('query'))
    const { chunk, totalBytes, declared, parameters } = creation
    if (totalBytes === 0) throw emptyBody()
    const policy = policyFor(c, principal, instance)
    policy.checkCategories(possibleCategories(declared))
    policy.checkParameters(requestedParameters(parameters))
    if (totalBytes !== undefined) {
      policy.checkSize(totalBytes, possibleCategories(declared))
      planSegments(totalBytes, relay.segmentSize.preferred, relay.maxSegments)
    }
    const session = newSession(creation, principal.subject, clock.now() + UNUSED_EXPIRY_MS)
    await creations.consume(principal.subject, 0)
    await createSession(store, session)
    c.header('location', uploadLocation(c, session.id))
    if (chunk === undefined || chunk.bytes === 0) return await uploadResponse(c, session, 201, instance)
    const lease = await tryLease(store, session.id, clock)
    if (lease === undefined || lease === 'held') throw new TypeError('a new session must be free')
    const after = await withLease(lease, () => acceptChunk(c, lease, chunk, instance)).catch((error: unknown) => {
      // The client can continue this upload. An error would make it start again from the first byte.
      if (isRetryable(error)) return lease.session
      throw error
    })
    return await uploadResponse(c, after, 201, instance)
  })
}

function newSession(creation: Creation, subject: string, expiresAt: number): Session {
  const { declared, metadata, totalBytes, parameters } = creation
  return {
    id: toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES))),
    subject,
    declaredType: declared.declaredType,
    category: declared.category,
    ...requestedParameters(parameters),
    metadata,
    totalBytes,
    offset: 0,
    nextSegment: 0,
    segmentBytes: 0,
    planned: [],
    expiresAt,
    state: 'open',
  }
}

/**
 * Responds with the progress of an upload. Finalizes it first when X has every byte but an earlier FINALIZE failed.
 * Clients send the whole file again when they cannot get the progress; only a 423 makes them wait.
 * https://github.com/tus/tus-js-client/blob/main/lib/upload.js
 */
function inspectUpload(instance: Instance): Handler<UploadEnv, string, UploadId> {
  return withProtocolHeaders(async function inspectUpload(c: UploadContext) {
    const session = await finishUpload(c, instance).catch((error: unknown) => {
      throw isRetryable(error) ? progressUnavailable(error) : error
    })
    if (session.metadata !== undefined) c.header('upload-metadata', session.metadata)
    if (session.totalBytes === undefined) c.header('upload-defer-length', '1')
    else c.header('upload-length', String(session.totalBytes))
    return await uploadResponse(c, session, 200, instance)
  })
}

async function finishUpload(c: UploadContext, instance: Instance): Promise<Session> {
  const lease = await acquireUpload(c, instance)
  return await withLease(lease, async () => {
    throwIfFailed(lease.session)
    await finishSession(lease, callContext(c, instance), instance.relay)
  })
}

function progressUnavailable(cause: XMediaError): XMediaError {
  const { message, retryAfterSecs = RETRY_AFTER_SECS } = cause
  const detail = `The progress of this upload is not available at the moment. ${message}`
  return new XMediaError('upload_locked', detail, { cause, retryAfterSecs })
}

/** Deletes an upload. X forgets by itself what is never finalized. */
function deleteUpload(instance: Pick<Instance, 'clock' | 'store'>): Handler<UploadEnv, string, UploadId> {
  return withProtocolHeaders(async function deleteUpload(c: UploadContext) {
    const lease = await acquireUpload(c, instance)
    await lease.remove()
    return c.body(null, 204)
  })
}

/**
 * Lets clients behind proxies that block a method send it as POST.
 * https://tus.io/protocols/resumable-upload#x-http-method-override
 */
function overrideMethod(instance: Instance): Handler<UploadEnv, string, UploadId> {
  const handlers: Readonly<Record<string, Handler<UploadEnv, string, UploadId>>> = {
    PATCH: patchUpload(instance),
    DELETE: deleteUpload(instance),
    HEAD: inspectUpload(instance),
  }
  return async function overrideMethod(c, next) {
    const method = c.req.header('x-http-method-override')?.toUpperCase() ?? ''
    const response = await handlers[method]?.(c, next)
    if (response) return response
    throw methodNotAllowed('POST', ['GET', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'])
  }
}
