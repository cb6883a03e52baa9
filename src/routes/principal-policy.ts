import type { Context } from 'hono'
import { XMediaError } from '../errors.ts'
import type { UploadPolicy } from '../ingress/upload-policy.ts'
import type { Instance } from '../instance.ts'
import type { Principal } from '../options.ts'

/** What this request's principal may upload. */
export function policyFor(
  c: Context,
  principal: Principal,
  {
    permissions,
    sizeLimits,
    inspect,
    media,
    calls,
    quota,
  }: Pick<Instance, 'permissions' | 'sizeLimits' | 'inspect' | 'media' | 'calls' | 'quota'>,
): UploadPolicy {
  const { uploadBytes = sizeLimits.uploadBytes, quota: ownQuota } = principal.limits ?? {}
  return {
    ...permissions,
    uploadBytes,
    checkSize: (bytes, categories) => sizeLimits.check(bytes, categories, uploadBytes),
    async inspect(head, file) {
      const refusal = await inspect?.(head, { ...file, c, principal })
      if (typeof refusal === 'string') throw new XMediaError('content_refused', refusal)
    },
    beginInspection: media && ((upload, emit) => media.begin(upload, emit, principal.account)),
    transform: media?.transformFor?.({ c, principal, sizeLimits }),
    async consumeQuota(bytes) {
      await calls.consume(principal.subject, 0)
      await quota?.consume(principal.subject, bytes, ownQuota)
    },
  }
}
