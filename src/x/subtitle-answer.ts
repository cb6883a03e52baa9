import * as z from 'zod/mini'
import { type SubtitleTrack, subtitleTrack } from './schemas.ts'
import type { XResponse } from './transport.ts'

const tracksSchema = z.catch(z.array(z.catch(z.optional(subtitleTrack), undefined)), [])

/** Reads the track of the language of `sent` from X's response to adding it; undefined when it is not there. */
export function readTrack({ answer }: XResponse, sent: SubtitleTrack): SubtitleTrack | undefined {
  const tracks = tracksSchema.parse(answer?.data['associated_subtitles'])
  const track = tracks.find((known) => known?.language_code === sent.language_code)
  // X has the name from us.
  return track && { ...sent, ...track }
}
