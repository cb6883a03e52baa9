import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { UploadEnv } from '../routes/upload.ts'
import { acquireLease, type Lease } from '../session/lease.ts'

export type UploadId = { in: { param: { id: string } }; out: { param: { id: string } } }
export type UploadContext = Context<UploadEnv, string, UploadId>

/** A malformed id gets the same answer as an unknown one. */
export const validateUploadId: MiddlewareHandler<UploadEnv, string, UploadId> = zValidator(
  'param',
  z.object({ id: z.string().check(z.regex(/^[0-9a-f]{32}$/)) }),
  (result) => {
    if (!result.success) throw notFound()
  },
)

/** The lease of the upload that the request names, if it is the principal's. Throws `not_found` and `upload_locked`. */
export function acquireUpload(c: UploadContext, { clock, store }: Pick<Instance, 'clock' | 'store'>): Promise<Lease> {
  return acquireLease(store, c.req.valid('param').id, c.var.xMediaPrincipal.subject, clock)
}
