import type { Context } from 'hono'
import { XMediaError } from '../errors.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import { mountPath } from '../routes/mount-path.ts'
import type { UploadEnv } from '../routes/upload.ts'
import { describeMedia, statusPath } from '../routes/uploaded-media.ts'
import type { Session } from '../session/record.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import { protocolOf, TUS_VERSION } from './headers.ts'

export type FilesContext = Context<UploadEnv>

/** Puts on every answer what both protocols want there. */
export function answering<C extends FilesContext>(handle: (c: C) => Promise<Response>): (c: C) => Promise<Response> {
  return async (c) => {
    const { headers } = c.req.raw
    let response: Response
    try {
      if (c.req.method !== 'OPTIONS') protocolOf(headers)
      response = await handle(c)
    } catch (error) {
      if (!(error instanceof XMediaError)) throw error
      response = error.getResponse()
      const expected = error.members?.['expected-offset']
      if (expected !== undefined) response.headers.set('upload-offset', String(expected))
      if (error.code === 'unsupported_version') response.headers.set('tus-version', TUS_VERSION)
    }
    const interop = headers.get('upload-draft-interop-version')
    if (interop !== null && /^\d{1,3}$/.test(interop)) response.headers.set('upload-draft-interop-version', interop)
    else response.headers.set('tus-resumable', TUS_VERSION)
    response.headers.set('cache-control', 'no-store')
    return response
  }
}

/** Answers with where an upload stands, and with the media when it is done: 200 with a body for who wants one. */
export async function answer(
  c: FilesContext,
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
  if (state !== 'done' || result === undefined) return status === 200 ? c.json(standing(session)) : c.body(null, status)

  const expiresAfterSecs = Math.max(0, Math.floor((expiresAt - instance.clock.now()) / 1000))
  const known = { ...result, data: { ...result.data, expires_after_secs: expiresAfterSecs } }
  instance.statuses.put(known)
  const media = await describeMedia(c, known, c.var.xMediaPrincipal, instance)
  const { ticket: _, errors, ...data } = media
  const where = statusPath(mountPath(c, instance.mountPath, pathBelow(c)), media)
  c.header('x-media-id', media.id)
  c.header('x-media-status', where)
  // Of a new upload this tells where the upload is, as its protocols want it.
  if (status !== 201) c.header('location', where)
  const wantsBody = isIetf || /(?:^|[,;\s])return=representation(?:$|[,;\s])/i.test(c.req.header('prefer') ?? '')
  if (status === 204 && !wantsBody) return c.body(null, 204)
  const body = { ...(status === 200 ? standing(session) : {}), data, ...(errors ? { errors } : {}) }
  return c.json(body, status === 201 ? 201 : 200)
}

function standing({ offset, totalBytes, state }: Session): { offset: number; total_bytes?: number; state: string } {
  return { offset, ...(totalBytes === undefined ? {} : { total_bytes: totalBytes }), state }
}

/** draft-ietf-httpbis-resumable-upload-11 section 4.1.4 */
export function uploadLimit({ clock, sizeLimits }: Pick<Instance, 'clock' | 'sizeLimits'>, session?: Session): string {
  const maxAge = session ? Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000)) : MEDIA_EXPIRY_SECS
  const least = session ? leastBytes(session) : HEAD_BYTES
  return `max-size=${sizeLimits.uploadBytes}, min-append-size=${least}, max-age=${maxAge}`
}

export function pathBelow(c: FilesContext): string {
  return /\/files(?:\/[0-9a-f]{32})?$/.exec(new URL(c.req.url).pathname.replace(/\/+$/, ''))?.[0] ?? ''
}

/** Bytes that the next chunk must have to be of use. */
export function leastBytes({ offset, planned, segmentBytes, totalBytes = Infinity }: Session): number {
  return planned[0] ?? Math.min(offset === 0 ? HEAD_BYTES : segmentBytes, totalBytes - offset)
}
