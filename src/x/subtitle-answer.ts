import { isRecord } from '../lib/is-record.ts'
import { type SubtitleTrack, subtitleTrack } from './schemas.ts'
import type { XResponse } from './transport.ts'

/**
 * Reads the track of a language from X's response to adding subtitles; undefined when it is not there.
 * `associated_subtitles` is a list of tracks in X's OpenAPI 2.131, and one track in 2.167.
 */
export function readTrack({ json }: XResponse, languageCode: string): SubtitleTrack | undefined {
  const data = isRecord(json) && isRecord(json['data']) ? json['data'] : {}
  const tracks = [data['associated_subtitles']].flat().map((track) => subtitleTrack.safeParse(track).data)
  return tracks.find((track) => track?.language_code === languageCode)
}
