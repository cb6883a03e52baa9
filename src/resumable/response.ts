import type { Context } from 'hono'
import { XMediaError } from '../errors.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { isFromOwnPage } from '../routes/origin.ts'
import type { UploadEnv } from '../routes/upload.ts'
import { describeMedia, statusPath } from '../routes/uploaded-media.ts'
import type { Session } from '../session/record.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import { protocolOf, TUS_VERSION } from './headers.ts'

export type ResumableContext = Context<UploadEnv>

/** Wraps a handler: every response, also to an error, gets the headers that the protocols want. */
export function withProtocolHeaders<C extends ResumableContext>(
  handle: (c: C) => Promise<Response>,
): (c: C) => Promise<Response> {
  return async (c) => {
    let response: Response
    try {
      if (c.req.method !== 'OPTIONS') protocolOf(c.req.raw.headers)
      response = await handle(c)
    } catch (error) {
      if (!(error instanceof XMediaError)) throw error
      response = problemResponse(error)
    }
    const interop = c.req.header('upload-draft-interop-version')
    if (interop !== undefined && /^\d{1,3}$/.test(interop)) {
      response.headers.set('upload-draft-interop-version', interop)
    } else {
      response.headers.set('tus-resumable', TUS_VERSION)
    }
    response.headers.set('cache-control', 'no-store')
    return response
  }
}

function problemResponse(error: XMediaError): Response {
  const response = error.getResponse()
  const expectedOffset = error.members?.['expected-offset']
  if (expectedOffset !== undefined) response.headers.set('upload-offset', String(expectedOffset))
  if (error.code === 'unsupported_version') response.headers.set('tus-version', TUS_VERSION)
  return response
}

/**
 * Responds with the progress of an upload, and with its media when it is done. A 204 becomes a 200 with a body when the
 * client wants one.
 */
export async function uploadResponse(
  c: ResumableContext,
  session: Session,
  status: 200 | 201 | 204,
  instance: Instance,
): Promise<Response> {
  const { offset, expiresAt, state, result } = session
  const isIetf = protocolOf(c.req.raw.headers) === 'ietf'
  c.header('upload-offset', String(offset))
  c.header('upload-expires', new Date(expiresAt).toUTCString())
  if (isIetf || c.req.method === 'HEAD') c.header('upload-complete', state === 'done' ? '?1' : '?0')
  if (isIetf) c.header('upload-limit', uploadLimit(instance, session))
  if (state !== 'done' || result === undefined) {
    return status === 200 ? c.json(progressOf(session)) : c.body(null, status)
  }

  const expiresAfterSecs = Math.max(0, Math.floor((expiresAt - instance.clock.now()) / 1000))
  const answer = { ...result, data: { ...result.data, expires_after_secs: expiresAfterSecs } }
  instance.statuses.put(answer)
  const media = await describeMedia(c, answer, c.var.xMediaPrincipal, instance)
  const { ticket: _, errors, ...data } = media
  const location = statusPath(c.var.xMediaMount.path, media)
  c.header('x-media-id', media.id)
  c.header('x-media-status', location)
  // In a 201, both protocols want the address of the upload here.
  if (status !== 201) c.header('location', location)
  if (status === 204 && !isIetf && !prefersBody(c)) return c.body(null, 204)
  const body = { ...(status === 200 ? progressOf(session) : {}), data, ...(errors ? { errors } : {}) }
  return c.json(body, status === 201 ? 201 : 200)
}

/** RFC 7240 section 4.2 */
function prefersBody(c: ResumableContext): boolean {
  return /(?:^|[,;\s])return=representation(?:$|[,;\s])/i.test(c.req.header('prefer') ?? '')
}

function progressOf({ offset, totalBytes, state }: Session): { offset: number; total_bytes?: number; state: string } {
  return { offset, ...(totalBytes === undefined ? {} : { total_bytes: totalBytes }), state }
}

/** The value of `Upload-Limit`. draft-ietf-httpbis-resumable-upload-11 section 4.1.4 */
export function uploadLimit({ clock, sizeLimits }: Pick<Instance, 'clock' | 'sizeLimits'>, session?: Session): string {
  const maxAge = session ? Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000)) : MEDIA_EXPIRY_SECS
  const minAppendBytes = session ? minChunkBytes(session) : HEAD_BYTES
  return `max-size=${sizeLimits.uploadBytes}, min-append-size=${minAppendBytes}, max-age=${maxAge}`
}

/**
 * Where a new upload is, relative to the request that creates it, and so right behind a proxy that changes the path.
 *
 * A page of our own origin gets the path from the root where the mount is known: its endpoint may be such a path too, and
 * tus-js-client resolves nothing against that. https://github.com/tus/tus-js-client/blob/v4.3.1/lib/upload.js
 */
export function uploadLocation(c: ResumableContext, id: string): string {
  const { path } = c.var.xMediaMount
  if (path !== '' && isFromOwnPage(c)) return `${path}/files/${id}`
  return c.var.xMediaUrl.pathname.endsWith('/') ? id : `files/${id}`
}

/** The fewest bytes that the next chunk must have for X to get any of them. */
export function minChunkBytes({ offset, planned, segmentBytes, totalBytes = Infinity }: Session): number {
  return planned[0] ?? Math.min(offset === 0 ? HEAD_BYTES : segmentBytes, totalBytes - offset)
}
