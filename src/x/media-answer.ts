import * as z from 'zod/mini'
import { isRecord } from '../lib/is-record.ts'
import { ID_PATTERN } from './limits.ts'
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

/**
 * Reads the media from a successful response; undefined when there is none. X also answers without `data` around the
 * media, and in the shape of its v1.1. [seen]
 */
export function readMedia({ json }: XResponse): XMediaAnswer | undefined {
  if (!isRecord(json)) return undefined
  const data = readData(withStringId('data' in json ? json['data'] : json))
  if (data === undefined) return undefined
  const errors = problemsSchema.safeParse(json['errors'])
  return errors.success && errors.data.length > 0 ? { data, errors: errors.data } : { data }
}

/** Reads the media with this id from a successful response; undefined for any other. */
export function readMediaWithId(id: string): ReadResponse<XMediaAnswer> {
  return (response) => {
    const answer = readMedia(response)
    return answer?.data.id === id ? answer : undefined
  }
}

/** Takes v1.1's `media_id_string` for the id. Its `media_id` is a number, which has lost its last digits. */
function withStringId(media: unknown): unknown {
  return isRecord(media) && !('id' in media) ? { ...media, id: media['media_id_string'] } : media
}

/** Leaves out members of an unexpected type instead of rejecting the media; only the id is indispensable. */
function readData(json: unknown): XMedia | undefined {
  const strict = mediaSchema.safeParse(json)
  if (strict.success) return strict.data
  const data = structuredClone(json)
  for (const { path } of strict.error.issues) {
    const name = path.at(-1)
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), data)
    if (!isRecord(parent) || name === undefined) return undefined
    // Whatever it says, X has not finished processing.
    if (name === 'processing_info') parent[name] = { state: 'in_progress' }
    else delete parent[String(name)]
  }
  const lenient = mediaSchema.safeParse(data)
  return lenient.success ? lenient.data : undefined
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
