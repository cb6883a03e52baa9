import type { Instance } from '../instance.ts'
import { isFromOwnPage } from '../routes/origin.ts'
import { answerOf, describeMedia, statusPath } from '../routes/uploaded-media.ts'
import type { Session } from '../session/record.ts'
import { protocolFor, type ResumableContext, uploadLimit } from './protocol-headers.ts'

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
  const isIetf = protocolFor(c) === 'ietf'
  c.header('upload-offset', String(offset))
  c.header('upload-expires', new Date(expiresAt).toUTCString())
  if (isIetf || status === 200) c.header('upload-complete', state === 'done' ? '?1' : '?0')
  c.header('upload-limit', uploadLimit(c, session, instance))
  if (state !== 'done' || result === undefined) {
    if (status !== 200) return c.body(null, status)
    const findings = session.findings ?? instance.media?.begin(session, () => {}).findings()
    return c.json({ ...progressOf(session), ...findings })
  }

  const expiresAfterSecs = Math.max(0, Math.floor((expiresAt - instance.clock.now()) / 1000))
  const answer = { ...result, data: { ...result.data, expires_after_secs: expiresAfterSecs } }
  instance.statuses.put(answer)
  const media = await describeMedia(c, { ...answer, ...session.findings }, c.var.xMediaPrincipal, instance)
  const location = statusPath(c.var.xMediaMount.path, media)
  c.header('x-media-id', media.id)
  c.header('x-media-status', location)
  // In a 201, both protocols want the address of the upload here.
  if (status !== 201) c.header('location', location)
  if (status === 204 && !isIetf && !prefersBody(c)) return c.body(null, 204)
  const body = { ...(status === 200 ? progressOf(session) : {}), ...answerOf(media) }
  return c.json(body, status === 201 ? 201 : 200)
}

/** RFC 7240 section 4.2 */
function prefersBody(c: ResumableContext): boolean {
  return /(?:^|[,;\s])return=representation(?:$|[,;\s])/i.test(c.req.header('prefer') ?? '')
}

function progressOf({ offset, totalBytes, state }: Session): { offset: number; total_bytes?: number; state: string } {
  return { offset, ...(totalBytes === undefined ? {} : { total_bytes: totalBytes }), state }
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
