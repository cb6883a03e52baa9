import * as z from 'zod/mini'
import { isRecord, type XAnswer } from './failure.ts'
import { ID_PATTERN } from './limits.ts'
import type { XMedia, XProblem } from './schemas.ts'

/** X's answer about a media: the shape this package passes on, known fields only. */
export interface XMediaAnswer {
  data: XMedia
  /** Partial errors X reported beside the data. */
  errors?: XProblem[]
}

const text = z.exactOptional(z.string())
const number = z.exactOptional(z.number())

const mediaSchema = z.object({
  id: z.string().check(z.regex(ID_PATTERN)),
  media_key: z.exactOptional(z.string().check(z.regex(/^[0-9]+_[0-9]+$/))),
  size: number,
  expires_after_secs: number,
  processing_info: z.exactOptional(
    z.object({
      state: z.catch(z.enum(['pending', 'in_progress', 'succeeded', 'failed']), 'in_progress'),
      check_after_secs: number,
      progress_percent: number,
      error: z.exactOptional(z.object({ code: number, name: text, message: text })),
    }),
  ),
  image: z.exactOptional(z.object({ image_type: text, w: number, h: number })),
  video: z.exactOptional(z.object({ video_type: text })),
})
const problemsSchema = z.array(z.object({ title: text, type: text, detail: text, status: number }))

/** Reads the media of a successful answer; undefined when there is none, as in an empty or 204 answer. */
export function readMedia({ json }: XAnswer): XMediaAnswer | undefined {
  if (!isRecord(json)) return undefined
  const data = readData(json['data'])
  if (data === undefined) return undefined
  const errors = problemsSchema.safeParse(json['errors'])
  return errors.success && errors.data.length > 0 ? { data, errors: errors.data } : { data }
}

/** A field of an unexpected kind is left out rather than the media lost; without an id there is no media. */
function readData(given: unknown): XMedia | undefined {
  const first = mediaSchema.safeParse(given)
  if (first.success) return first.data
  const data = structuredClone(given)
  for (const { path } of first.error.issues) {
    const name = path.at(-1)
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), data)
    if (!isRecord(holder) || name === undefined) return undefined
    // Processing in words unknown to us is processing still.
    if (name === 'processing_info') holder[name] = { state: 'in_progress' }
    else delete holder[String(name)]
  }
  const second = mediaSchema.safeParse(data)
  return second.success ? second.data : undefined
}

/** The media's processing as one of X's states: an `error` is terminal even beside `in_progress`. */
export function processingState(media: XMedia): 'pending' | 'in_progress' | 'succeeded' | 'failed' {
  const info = media.processing_info
  if (info === undefined) return 'succeeded'
  return info.error === undefined ? info.state : 'failed'
}

/** Whether X's processing has ended, one way or the other. */
export function isFinal({ data }: XMediaAnswer): boolean {
  const state = processingState(data)
  return state === 'succeeded' || state === 'failed'
}

/** X says when to ask again; where it does not, or says zero, one second, X's own usual number. */
export const MIN_CHECK_SECS = 1

export function checkAfterSecs({ data }: XMediaAnswer): number {
  return Math.max(MIN_CHECK_SECS, data.processing_info?.check_after_secs ?? 0)
}
