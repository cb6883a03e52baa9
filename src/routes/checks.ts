import type { Context } from 'hono'
import { XMediaError } from '../errors.ts'
import type { UploadChecks } from '../ingress/read-upload.ts'
import type { Instance, Principal } from '../options.ts'

/** What an upload of this request must pass. */
export function checksFor(c: Context, principal: Principal, { limits, options, quota }: Instance): UploadChecks {
  const { maxBytes = limits.maxBytes, quota: use } = principal.limits ?? {}
  return {
    maxBytes,
    checkSize: (bytes, category) => limits.checkSize(bytes, category, maxBytes),
    async inspect(head, file) {
      const reason = await options.inspect?.(head, { ...file, c, principal })
      if (typeof reason === 'string') throw new XMediaError('content_refused', reason)
    },
    consume: async (bytes) => await quota?.consume(principal.subject, bytes, use),
  }
}
