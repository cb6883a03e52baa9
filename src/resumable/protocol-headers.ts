import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import { findHostLimit } from '../host/host-limit.ts'
import { possibleCategories } from '../ingress/check-media.ts'
import { readDeclaredMedia } from '../ingress/media-type.ts'
import type { SizeLimits } from '../ingress/size-limits.ts'
import type { Instance } from '../instance.ts'
import type { UploadEnv } from '../routes/upload.ts'
import type { Protocol, Session } from '../session/record.ts'
import { protocolOf, TUS_VERSION } from './protocol.ts'
import { readInteger } from './structured-fields.ts'

export interface ResumableEnv {
  Variables: UploadEnv['Variables'] & {
    /** The upload that the request is about, once it is known to be the principal's. */
    xMediaSession?: Session
  }
}

export type ResumableContext = Context<ResumableEnv>

/** The protocol of a request: the one it names, or else the one that created its upload. tus if neither is known. */
export function protocolFor(c: ResumableContext): Protocol {
  return protocolOf(c.req.raw.headers) ?? c.var.xMediaSession?.protocol ?? 'tus'
}

/** The parts of an instance that `Upload-Limit` needs. */
type LimitOptions = Pick<Instance, 'clock' | 'hostLimitBytes' | 'sizeLimits'>

/** How long an upload without bytes is kept, in milliseconds: one hour. */
export const UNUSED_EXPIRY_MS = 3_600_000

/** Gives every response below `/files` the headers that its protocol wants. Runs first, so that no refusal lacks them. */
export function addProtocolHeaders(instance: LimitOptions): MiddlewareHandler<ResumableEnv> {
  return createMiddleware<ResumableEnv>(async function addProtocolHeaders(c, next) {
    await next()
    if (c.req.method === 'POST' && overriddenMethod(c) === 'HEAD') removeBody(c)
    const { headers } = c.res
    if (protocolFor(c) === 'tus') headers.set('tus-resumable', TUS_VERSION)
    else addDraftHeaders(c)
    if (c.res.status === 413) headers.set('upload-limit', uploadLimit(c, c.var.xMediaSession, instance))
    if (c.error instanceof XMediaError) addProblemHeaders(headers, c.error)
  })
}

/** https://tus.io/protocols/resumable-upload#x-http-method-override */
export function overriddenMethod(c: ResumableContext): string | undefined {
  return c.req.header('x-http-method-override')?.toUpperCase()
}

function removeBody(c: ResumableContext): void {
  c.res = new Response(null, c.res)
  c.res.headers.delete('content-type')
}

function addDraftHeaders(c: ResumableContext): void {
  const { headers, status } = c.res
  const version = readInteger(c.req.raw.headers, 'upload-draft-interop-version')
  if (version !== undefined) headers.set('upload-draft-interop-version', String(version))
  // Not `?1`, even if the upload is complete: it would mean that the file was refused, not the offset.
  if (status === 409) headers.set('upload-complete', '?0')
}

function addProblemHeaders(headers: Headers, { code, members }: XMediaError): void {
  const expectedOffset = members?.['expected-offset']
  if (expectedOffset !== undefined) headers.set('upload-offset', String(expectedOffset))
  if (code === 'unsupported_version') headers.set('tus-version', TUS_VERSION)
}

/**
 * The value of `Upload-Limit`: the limits of an upload, or without one those of every upload. It has no `min-append-size`,
 * which should not rise during an upload: a chunk of one byte is fine until an interruption, when X may already have a
 * whole segment that the next chunk must repeat. draft-ietf-httpbis-resumable-upload-11 section 4.1.4
 */
export function uploadLimit(
  c: ResumableContext,
  session: Pick<Session, 'declaredType' | 'category' | 'expiresAt'> | undefined,
  { clock, hostLimitBytes, sizeLimits }: LimitOptions,
): string {
  const maxBytes = session ? sessionMaxBytes(c, session, sizeLimits) : sizeLimits.uploadBytes
  const maxAgeMs = session ? session.expiresAt - clock.now() : UNUSED_EXPIRY_MS
  const limits = [`max-size=${maxBytes}`, `max-age=${Math.max(0, Math.floor(maxAgeMs / 1000))}`]
  const host = findHostLimit(c, hostLimitBytes)
  return [...limits, ...(host ? [`max-append-size=${host.chunkBytes}`] : [])].join(', ')
}

function sessionMaxBytes(
  c: ResumableContext,
  { declaredType, category }: Pick<Session, 'declaredType' | 'category'>,
  sizeLimits: SizeLimits,
): number {
  const categories = possibleCategories(readDeclaredMedia(declaredType, category))
  return sizeLimits.limitFor(categories, c.var.xMediaPrincipal.limits?.uploadBytes)
}
