import * as z from 'zod/mini'
import type { XMedia, XProblem, XProcessingState } from './schemas.ts'
import type { ReadResponse, XResponse } from './transport.ts'

/** X's answer about a media, reduced to the members we know. */
export interface XMediaAnswer {
  data: XMedia
  /** Partial errors that X reports beside the data. */
  errors?: XProblem[]
}

const text = z.exactOptional(z.string())
const number = z.exactOptional(z.number())

const mediaSchema = z.object({
  id: z.string(),
  media_key: text,
  size: number,
  expires_after_secs: number,
  processing_info: z.exactOptional(
    z.object({
      state: z.enum(['pending', 'in_progress', 'succeeded', 'failed']),
      check_after_secs: number,
      progress_percent: number,
      error: z.exactOptional(z.object({ code: number, name: text, message: text })),
    }),
  ),
  image: z.exactOptional(z.object({ image_type: text, w: number, h: number })),
  video: z.exactOptional(z.object({ video_type: text })),
})
const problemSchema = z.object({ title: text, type: text, detail: text, status: number })

/** Reads the media from a successful response, which may be in the shape of X's v1.1; undefined when there is none. */
export function readMedia({ answer }: XResponse): XMediaAnswer | undefined {
  if (answer === undefined) return undefined
  const { media_id_string: id, ...data } = answer.data
  const media = mediaSchema.safeParse({ id, ...data })
  if (!media.success) return undefined
  const errors = answer.errors.map((error) => problemSchema.parse(error)).filter(({ title, detail }) => title ?? detail)
  return { data: media.data, ...(errors.length > 0 ? { errors } : {}) }
}

/** Reads the media with this id from a successful response; undefined for any other. */
export function readMediaWithId(id: string): ReadResponse<XMediaAnswer> {
  return (response) => {
    const answer = readMedia(response)
    return answer?.data.id === id ? answer : undefined
  }
}

/** The state of X's processing. An `error` means that it failed, even beside `in_progress`. */
export function processingState(media: XMedia): XProcessingState {
  const info = media.processing_info
  if (info === undefined) return 'succeeded'
  return info.error === undefined ? info.state : 'failed'
}

/** Whether X's processing has ended, successfully or not. */
export function isFinal({ data }: XMediaAnswer): boolean {
  const state = processingState(data)
  return state === 'succeeded' || state === 'failed'
}

/** The shortest pause between two status calls, in seconds: X's own usual value, also used when X names none or zero. */
export const MIN_CHECK_SECS = 1

/** Seconds to wait before the next status call. */
export function checkAfterSecs({ data }: XMediaAnswer): number {
  return Math.max(MIN_CHECK_SECS, data.processing_info?.check_after_secs ?? 0)
}
