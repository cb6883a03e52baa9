import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { methodNotAllowed, XMediaError } from '../errors.ts'
import { possibleCategories } from '../ingress/check-media.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import { refuseDuringShutdown } from '../ingress/shutdown.ts'
import { requestedParameters } from '../ingress/upload-parameters.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { toHex } from '../lib/encoding.ts'
import { planSegments } from '../relay/segment-plan.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { withSlash } from '../routes/unrouted.ts'
import { type UploadInput, validateUpload } from '../routes/upload.ts'
import { finishSession } from '../session/finish.ts'
import { acquireLease, tryLease, withLease } from '../session/lease.ts'
import { createSession, type Session } from '../session/record.ts'
import { CHECKSUM_ALGORITHMS, type Creation, IETF_MEDIA_TYPE, readCreation, TUS_MEDIA_TYPE } from './headers.ts'
import { acceptChunk, callContext, isRetryable, patchUpload, throwIfFailed } from './patch-upload.ts'
import { checkTusVersion, requireTus, TUS_VERSION } from './protocol.ts'
import { overriddenMethod, type ResumableEnv, UNUSED_EXPIRY_MS, uploadLimit } from './protocol-headers.ts'
import { uploadLocation, uploadResponse } from './response.ts'
import { acquireUpload, findUpload, type UploadContext, type UploadId, validateUploadId } from './upload-id.ts'

const FILES: string[] = withSlash('/files')
const FILE: string[] = withSlash('/files/:id')

/** The route that tells what the server can do. It is the same for all users, so it needs no sign-in. */
export function resumableLimits(
  instance: Pick<Instance, 'clock' | 'hostLimitBytes' | 'sizeLimits'>,
): Hono<ResumableEnv> {
  return new Hono<ResumableEnv>().on('OPTIONS', [...FILES, ...FILE], describeServer(instance))
}

/**
 * The routes of resumable uploads. They speak tus 1.0 (https://tus.io/protocols/resumable-upload) and the IETF draft
 * (draft-ietf-httpbis-resumable-upload-11).
 */
export function resumable(instance: Instance): Hono<ResumableEnv> {
  return new Hono<ResumableEnv>()
    .use('/files/*', checkProtocol)
    .on('POST', FILES, validateUpload, createUpload(instance))
    .on('GET', FILE, validateUploadId, inspectUpload(instance)) // HEAD too
    .on('PATCH', FILE, validateUploadId, patchUpload(instance))
    .on('DELETE', FILE, validateUploadId, deleteUpload(instance))
    .on('POST', FILE, validateUploadId, overrideMethod(instance))
}

/** Random bytes of an id: 128 bits cannot be guessed. */
const ID_BYTES = 16

/** When to ask for the progress again if nothing better is known, in seconds. */
const RETRY_AFTER_SECS = 5

/** Refuses other versions of tus, and GET with an override: a link must not be able to change an upload. */
const checkProtocol: MiddlewareHandler<ResumableEnv> = createMiddleware<ResumableEnv>(
  async function checkProtocol(c, next) {
    checkTusVersion(c.req.raw.headers)
    if (c.req.method === 'GET' && overriddenMethod(c) !== undefined) {
      throw new XMediaError('invalid_parameter', '`X-HTTP-Method-Override` does not go with GET: send it with POST.')
    }
    return next()
  },
)

/** Lists the protocol versions, extensions and limits. */
function describeServer(instance: Pick<Instance, 'clock' | 'hostLimitBytes' | 'sizeLimits'>): Handler<ResumableEnv> {
  return function describeServer(c) {
    c.header('tus-version', TUS_VERSION)
    c.header('tus-extension', 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum')
    c.header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','))
    c.header('tus-max-size', String(instance.sizeLimits.uploadBytes))
    c.header('upload-limit', uploadLimit(c, undefined, instance))
    c.header('accept-patch', `${TUS_MEDIA_TYPE}, ${IETF_MEDIA_TYPE}`)
    return c.body(null, 204)
  }
}

/** Creates an upload, and accepts its first bytes when the request brings some. */
function createUpload(instance: Instance): Handler<ResumableEnv, string, UploadInput> {
  return async function createUpload(c: Context<ResumableEnv, string, UploadInput>) {
    const { clock, creations, places, relay, store } = instance
    const principal = c.var.xMediaPrincipal
    refuseDuringShutdown(c.req.raw)
    checkFraming(c.req.raw.headers)
    const creation = readCreation(c.req.raw, c.req.valid('query'))
    const session = newSession(creation, principal.subject, clock.now() + UNUSED_EXPIRY_MS)
    c.set('xMediaSession', session)
    const { chunk, totalBytes, declared, parameters } = creation
    if (totalBytes === 0) throw emptyBody()
    const policy = policyFor(c, principal, instance)
    policy.checkCategories(possibleCategories(declared))
    policy.checkParameters(requestedParameters(parameters))
    if (totalBytes !== undefined) {
      policy.checkSize(totalBytes, possibleCategories(declared))
      planSegments(totalBytes, relay.segmentSize.preferred, relay.maxSegments)
    }
    await creations.consume(principal.subject, 0)
    await createSession(store, session)
    // On `c.res` it stays when the first bytes are refused: the client can send them again.
    c.res.headers.set('location', uploadLocation(c, session.id))
    if (chunk === undefined || chunk.bytes === 0) return await uploadResponse(c, session, 201, instance)
    const lease = await tryLease(store, session.id, clock, places)
    // Nobody else knows the upload: the store took the lease, but its answer was lost. The client sends the bytes again.
    if (lease === undefined || lease === 'held') return await uploadResponse(c, session, 201, instance)
    const after = await withLease(lease, () => acceptChunk(c, lease, chunk, instance)).catch((error: unknown) => {
      // The client can continue this upload. An error would make it start again from the first byte.
      if (!isRetryable(error)) throw error
      c.var.xMediaObserver.refuse(error)
      return lease.session
    })
    return await uploadResponse(c, after, 201, instance)
  }
}

function newSession(creation: Creation, subject: string, expiresAt: number): Session {
  const { protocol, declared, metadata, totalBytes, parameters } = creation
  return {
    id: toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES))),
    subject,
    protocol,
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
function inspectUpload(instance: Instance): Handler<ResumableEnv, string, UploadId> {
  return async function inspectUpload(c: UploadContext) {
    const session = await finishUpload(c, instance).catch((error: unknown) => {
      throw isRetryable(error) ? progressUnavailable(error) : error
    })
    if (session.metadata !== undefined) c.header('upload-metadata', session.metadata)
    if (session.totalBytes === undefined) c.header('upload-defer-length', '1')
    else c.header('upload-length', String(session.totalBytes))
    return await uploadResponse(c, session, 200, instance)
  }
}

async function finishUpload(c: UploadContext, instance: Instance): Promise<Session> {
  const lease = await acquireUpload(c, instance)
  return await withLease(lease, async () => {
    throwIfFailed(lease.session)
    const policy = policyFor(c, c.var.xMediaPrincipal, instance)
    await finishSession(lease, callContext(c, instance), policy, instance.relay)
  })
}

function progressUnavailable(cause: XMediaError): XMediaError {
  const { message, retryAfterSecs = RETRY_AFTER_SECS } = cause
  const detail = `The progress of this upload is not available at the moment. ${message}`
  return new XMediaError('upload_locked', detail, { cause, retryAfterSecs })
}

/** Deletes an upload. X forgets by itself what is never finalized. */
function deleteUpload(instance: Pick<Instance, 'clock' | 'places' | 'store'>): Handler<ResumableEnv, string, UploadId> {
  return async function deleteUpload(c: UploadContext) {
    const { id, protocol } = await findUpload(c, instance)
    if (protocol !== 'ietf') requireTus(c.req.raw.headers)
    const lease = await acquireLease(instance.store, id, instance.clock, instance.places)
    await withLease(lease, lease.remove)
    return c.body(null, 204)
  }
}

/**
 * Lets clients behind proxies that block a method send it as POST.
 * https://tus.io/protocols/resumable-upload#x-http-method-override
 */
function overrideMethod(instance: Instance): Handler<ResumableEnv, string, UploadId> {
  const handlers: Readonly<Record<string, Handler<ResumableEnv, string, UploadId>>> = {
    PATCH: patchUpload(instance),
    DELETE: deleteUpload(instance),
    HEAD: inspectUpload(instance),
  }
  return async function overrideMethod(c, next) {
    const response = await handlers[overriddenMethod(c) ?? '']?.(c, next)
    if (response) return response
    throw methodNotAllowed('POST', ['GET', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'])
  }
}
