import * as z from 'zod/mini'
import { MAX_SEGMENT_BYTES, MAX_TOTAL_BYTES } from './x/limits.ts'

/*
 * `limits.uploadBytes` and `x.maxSegments` depend on each other: no upload can have more bytes than its segments hold.
 */

/** Settings whose `limits.uploadBytes` has no default yet. */
export type BeforeUploadLimit<Settings extends { limits: { uploadBytes: number } }> = Omit<Settings, 'limits'> & {
  limits: Omit<Settings['limits'], 'uploadBytes'> & { uploadBytes?: number | undefined }
}

/** The largest upload that so many segments hold, in bytes. */
const reachOf = (maxSegments: number) => maxSegments * MAX_SEGMENT_BYTES

const dependentOptions = z.object({
  x: z.object({ maxSegments: z.number() }),
  limits: z.object({ uploadBytes: z.number() }),
})

/** Refuses a given `limits.uploadBytes` out of reach: such uploads would be refused only after they were admitted. */
export const checkUploadLimit: z.core.$ZodCheck<object> = z.refine<object>(
  (options) => {
    const { data } = dependentOptions.safeParse(options)
    return data === undefined || data.limits.uploadBytes <= reachOf(data.x.maxSegments)
  },
  {
    path: ['limits', 'uploadBytes'],
    error({ input }) {
      const { x, limits } = dependentOptions.parse(input)
      const [most, factor, given] = [reachOf(x.maxSegments), MAX_SEGMENT_BYTES, limits.uploadBytes].map((count) =>
        count.toLocaleString('en'),
      )
      return `must be at most ${most} (x.maxSegments × ${factor}), not ${given}`
    },
    // Among the other mistakes, not only when there are no others.
    when: () => true,
  },
)

/** Fills in the default of `limits.uploadBytes`: what the segments hold, up to what INIT accepts. */
export function resolveUploadLimit<
  Settings extends BeforeUploadLimit<{ x: { maxSegments: number }; limits: { uploadBytes: number } }>,
>(settings: Settings): Settings & { limits: { uploadBytes: number } } {
  const { x, limits } = settings
  const { uploadBytes = Math.min(reachOf(x.maxSegments), MAX_TOTAL_BYTES) } = limits
  return { ...settings, limits: { ...limits, uploadBytes } }
}
