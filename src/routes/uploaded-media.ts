import type { Context } from 'hono'
import type { Instance, Principal } from '../options.ts'
import type { OwnedMedia } from '../store/owners.ts'
import { issueTicket } from '../ticket.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { XMedia, XProblem } from '../x/schemas.ts'
import { secretFor } from './authorize.ts'

/** A finished upload: X's own description of the media, and the ticket to ask for its status with. */
export interface UploadedMedia extends XMedia {
  ticket: string
  /** Partial errors X reported beside the data. */
  errors?: XProblem[]
}

/** Describes a finished upload to its subject; with a store, that it is this subject's is remembered. */
export async function presentMedia(
  c: Context,
  { data, errors }: XMediaAnswer,
  principal: Principal,
  instance: Instance,
): Promise<UploadedMedia> {
  const known = await rememberOwner(data, principal, instance)
  const ticket = await issueTicket({ mediaId: data.id, ...known }, secretFor(c, instance))
  return { ...data, ...(errors === undefined ? {} : { errors }), ticket }
}

/** Remembers whose a finished media is, where there is a store for it. */
export async function rememberOwner(
  { id, media_key: mediaKey, size, ...data }: XMedia,
  { subject }: Principal,
  { clock, owners }: Instance,
): Promise<OwnedMedia> {
  const known = {
    subject,
    expiresAt: Math.floor(clock.now() / 1000) + (data.expires_after_secs ?? MEDIA_EXPIRY_SECS),
    ...(data.processing_info === undefined
      ? { done: { ...(mediaKey === undefined ? {} : { mediaKey }), ...(size === undefined ? {} : { size }) } }
      : {}),
  }
  // The media is there, and its ticket tells the same: a store that fails now must not lose it.
  await owners?.remember(id, known).catch(() => {})
  return known
}

/** Where the status of a media is, as a client sees it. */
export function statusPath(c: Context, { id, ticket }: UploadedMedia, instance: Instance, below?: string): string {
  return `${mountPath(c, instance, below)}/status/${id}?ticket=${ticket}`
}

/** The path that a client sees the mount at. @param below The request's path below it. */
export function mountPath(c: Context, { options }: Instance, below = ''): string {
  const own = new URL(c.req.url).pathname.replace(/\/+$/, '')
  const option = options.mountPath
  const path = typeof option === 'function' ? option(c) : (option ?? own.slice(0, own.length - below.length))
  // One slash in front at most: two would make the path a host.
  return path.replace(/\/+$/, '').replace(/^\/+/, '/')
}
