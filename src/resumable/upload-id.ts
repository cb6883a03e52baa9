import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { acquireLease, type Lease } from '../session/lease.ts'
import { findSession, type Session } from '../session/record.ts'
import type { ResumableEnv } from './protocol-headers.ts'

export type UploadId = { in: { param: { id: string } }; out: { param: { id: string } } }
export type UploadContext = Context<ResumableEnv, string, UploadId>

/** A malformed id gets the same answer as an unknown one. */
export const validateUploadId: MiddlewareHandler<ResumableEnv, string, UploadId> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(/^[0-9a-f]{32}$/)) }),
  (result) => {
    if (!result.success) throw notFound()
  },
)

/** The upload that the request names, if it is the principal's. Throws `not_found`. */
export async function findUpload(c: UploadContext, { store }: Pick<Instance, 'store'>): Promise<Session> {
  const session = await findSession(store, c.req.valid('param').id, c.var.xMediaPrincipal.subject)
  c.set('xMediaSession', session)
  return session
}

/** The lease of the upload that the request names, if it is the principal's. Throws `not_found` and `upload_locked`. */
export async function acquireUpload(
  c: UploadContext,
  instance: Pick<Instance, 'clock' | 'places' | 'store'>,
): Promise<Lease> {
  const { id } = await findUpload(c, instance)
  return await acquireLease(instance.store, id, instance.clock, instance.places)
}
