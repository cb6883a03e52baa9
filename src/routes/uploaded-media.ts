import type { Context } from 'hono'
import type { Instance } from '../instance.ts'
import type { MediaFindings } from '../media-facts.ts'
import type { Principal } from '../options.ts'
import type { UploadAnswer } from '../relay/relay.ts'
import { issueTicket } from '../status-ticket.ts'
import type { OwnedMedia } from '../store/owners.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import type { Observer } from '../x/observer.ts'
import type { XMedia, XProblem } from '../x/schemas.ts'
import type { PrincipalEnv } from './authorize.ts'

/** A finished upload: X's own description of the media, what is known about the file, and the ticket that shows its status. */
export interface UploadedMedia extends XMedia, MediaFindings {
  ticket: string
  /** Partial errors that X reported beside the data. */
  errors?: XProblem[]
}

/** Describes a finished upload to its subject, and remembers its owner where there is a store for it. */
export async function describeMedia(
  c: Pick<Context<PrincipalEnv>, 'var'>,
  { data, ...beside }: UploadAnswer,
  principal: Principal,
  instance: Pick<Instance, 'clock' | 'owners'>,
): Promise<UploadedMedia> {
  const owned = await rememberOwner(data, principal, c.var.xMediaObserver, instance)
  const ticket = await issueTicket({ mediaId: data.id, ...owned }, c.var.xMediaKeys)
  return { ...data, ...beside, ticket }
}

/** What the client gets of it. JSON leaves out what is undefined. */
export function answerOf({ ticket: _, errors, facts, warnings, ...data }: UploadedMedia): object {
  return { data, errors, facts, warnings }
}

/** One of several media that came in a form, as its client gets it. */
export interface UploadedItem extends XMedia, MediaFindings {
  /** The path of its status. Missing from routes of the app's own. */
  location?: string
  /** Partial errors that X reported beside the data. */
  errors?: XProblem[]
}

export function itemOf({ ticket: _, ...media }: UploadedMedia, location?: string): UploadedItem {
  return location === undefined ? media : { ...media, location }
}

/** Remembers who owns a finished media, where there is a store for it. */
export async function rememberOwner(
  { id, media_key: mediaKey, size, ...data }: XMedia,
  { subject }: Principal,
  { warn }: Pick<Observer, 'warn'>,
  { clock, owners }: Pick<Instance, 'clock' | 'owners'>,
): Promise<OwnedMedia> {
  const owned = {
    subject,
    expiresAt: Math.floor(clock.now() / 1000) + (data.expires_after_secs ?? MEDIA_EXPIRY_SECS),
    ...(data.processing_info === undefined
      ? { done: { ...(mediaKey === undefined ? {} : { mediaKey }), ...(size === undefined ? {} : { size }) } }
      : {}),
  }
  // X has the media and its ticket says the same, so a store that fails now must not lose it.
  await owners?.remember(id, owned).catch(warn)
  return owned
}

/** The path of a media's status. @param mount The path at which the client sees the mount. */
export function statusPath(mount: string, { id, ticket }: UploadedMedia): string {
  return `${mount}/status/${id}?ticket=${ticket}`
}
