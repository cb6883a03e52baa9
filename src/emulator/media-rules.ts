/** X's rules for media, and how processing ends for a file that breaks one. */

import { HEAD_BYTES } from '../ingress/upload-source.ts'
import { IMAGE_FORMATS } from '../media/image-formats.ts'
import { createProbe } from '../media/probe.ts'
import { judge } from '../media/rules/judge.ts'
import type { PerAccount } from '../media/rules/media-rule.ts'
import { X_MEDIA_RULES } from '../media/rules/media-rules.ts'
import { VIDEO_FORMATS } from '../media/video-formats.ts'
import type { Container, MediaFacts, Violation } from '../media-facts.ts'
import type { XProcessingInfo } from '../x/schemas.ts'
import { durationText } from './duration-text.ts'
import { failedWith, INVALID_MEDIA, type ProcessingError } from './processing.ts'
import { orderedSegments, type Upload } from './uploads.ts'

const GIF: readonly Container[] = ['gif']
const VIDEOS: readonly Container[] = ['mp4', 'quicktime', 'webm', 'matroska', 'mpegts']

/** X's words for a codec, a chroma or a sound that it does not take. https://github.com/mironal/TwitterAPIKit/issues/96 */
const UNSUPPORTED = failedWith(unsupported('file is currently unsupported'))

/** By the rule that is broken. Files that break any other succeed: INIT checks sizes, and the rest is in doubt. */
const ENDINGS: ReadonlyMap<string, (violation: Violation) => XProcessingInfo> = new Map([
  ['chroma', () => UNSUPPORTED],
  ['audio_profile', () => UNSUPPORTED],
  ['audio_channels', () => UNSUPPORTED],
  ['gop_frames', largeGop],
  // X's words for these two are not on record.
  ['video_track', () => failedWith(INVALID_MEDIA)],
  ['min_duration', () => UNSUPPORTED],
  ['post_duration', tooLong],
  ['dm_duration', tooLong],
  ['still_gif', stillGif],
])

/** How the processing of an upload ends if it breaks a rule of X; undefined if it breaks none, as far as its bytes tell. */
export function brokenRuleEnding(upload: Upload, account: keyof PerAccount): XProcessingInfo | undefined {
  const { category, mediaType, size: bytes } = upload
  // 3D models count as videos. Nothing is on record about their processing.
  if (mediaType?.startsWith('model/')) return undefined
  const facts = readFacts(upload)
  const containers = category.endsWith('_gif') ? GIF : VIDEOS
  if (facts === undefined || !containers.includes(facts.container)) return failedWith(INVALID_MEDIA)
  const options = { rules: X_MEDIA_RULES, category, bytes, account, onViolation: 'refuse' } as const
  const { violations, warnings } = judge(facts, options)
  for (const violation of [...violations, ...warnings]) {
    const ending = ENDINGS.get(violation.rule)?.(violation)
    if (ending !== undefined) return ending
  }
  return undefined
}

/** Reads the segments in order, whatever order they came in, without joining them. */
function readFacts(upload: Upload): MediaFacts | undefined {
  const probe = createProbe({ formats: [...IMAGE_FORMATS, ...VIDEO_FORMATS], firstSegmentBytes: HEAD_BYTES })
  for (const [, bytes] of orderedSegments(upload)) probe.push(bytes)
  probe.end()
  return probe.facts()
}

/** Stays at 99 %. https://github.com/nununoisy/spc-presenter-rs/issues/3 */
function largeGop({ limit }: Violation): XProcessingInfo {
  const message = `Video GOP is too large. Largest number of frames allowed in one GOP: ${limit}`
  return { state: 'in_progress', progress_percent: 99, error: unsupported(message) }
}

/** https://github.com/plhery/node-twitter-api-v2/issues/243 */
function tooLong({ actual, limit }: Violation): XProcessingInfo {
  const message = `Duration ${durationText(Number(actual))} exceeds max duration of ${durationText(Number(limit))}`
  return failedWith(unsupported(message))
}

/** Has no message. https://github.com/plhery/node-twitter-api-v2/issues/519 */
function stillGif(): XProcessingInfo {
  return { state: 'failed', progress_percent: 99, error: { code: 1, name: 'InvalidMedia' } }
}

function unsupported(message: string): ProcessingError {
  return { code: 3, name: 'UnsupportedMedia', message }
}
