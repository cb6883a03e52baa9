import type { MediaFacts } from '../../media-facts.ts'
import type { ReadFacts } from '../facts-reader.ts'
import { positive, roundToThousandths } from '../numbers.ts'
import { finishFrame } from './blocks.ts'
import { audioFacts, videoFacts } from './codecs.ts'
import { type MatroskaState, type MatroskaTrack, videoTrack } from './state.ts'

const NANOS_PER_SEC = 1e9

/**
 * What the elements read so far say.
 *
 * @param isComplete Whether all blocks have passed.
 */
export function matroskaFacts(state: MatroskaState, isComplete: boolean): ReadFacts {
  const { container, tracks, areTracksListed } = state
  const video = videoTrack(state)
  const audio = tracks.find(({ kind }) => kind === 'audio')
  const seconds = durationSecs(state, isComplete)
  const rate = video && frameRate(state, video, isComplete)
  const isCounted = isComplete && video !== undefined && state.frames.count > 0
  const frames = isCounted ? state.frames.count : undefined
  return {
    container,
    ...(video ? displaySize(video) : {}),
    ...positive({ durationSecs: roundToThousandths(seconds), frames, frameRate: roundToThousandths(rate) }),
    ...(video || areTracksListed ? { hasVideo: video !== undefined } : {}),
    ...(video
      ? { video: { ...videoFacts(video), ...positive({ longestGop: isCounted ? longestGop(state) : undefined }) } }
      : {}),
    ...(audio ? { audio: audioFacts(audio) } : {}),
  }
}

/** The display size tells the shape; the height stays that of the pixels. RFC 9559 section 5.1.4.1.28.12: without it, pixels are square. */
function displaySize({
  pixelWidth,
  pixelHeight,
  displayWidth,
  displayHeight,
}: MatroskaTrack): Pick<MediaFacts, 'width' | 'height'> {
  if (!pixelWidth || !pixelHeight) return {}
  const shape = (displayWidth || pixelWidth) / (displayHeight || pixelHeight)
  return positive({ width: Math.round(pixelHeight * shape), height: pixelHeight })
}

/** Live files announce no duration: it is known when the last block has passed, which lasts as long as a frame on average. */
function durationSecs(state: MatroskaState, isComplete: boolean): number | undefined {
  const { durationTicks, tickNanos, firstTicks = 0, lastTicks = 0, frames } = state
  const secondsOf = (ticks: number) => (ticks * tickNanos) / NANOS_PER_SEC
  if (durationTicks) return secondsOf(durationTicks)
  if (!isComplete) return undefined
  const end = Math.max(lastTicks, frames.lastTicks + frameTicks(frames))
  return secondsOf(end - firstTicks) || undefined
}

function frameTicks({ count, firstTicks, lastTicks }: MatroskaState['frames']): number {
  return count > 1 ? (lastTicks - firstTicks) / (count - 1) : 0
}

function frameRate(state: MatroskaState, { frameNanos }: MatroskaTrack, isComplete: boolean): number | undefined {
  const { frames, tickNanos } = state
  const nanos = frameNanos || (isComplete ? frameTicks(frames) * tickNanos : 0)
  return nanos > 0 ? NANOS_PER_SEC / nanos : undefined
}

function longestGop({ frames }: MatroskaState): number {
  const finished = { ...frames }
  finishFrame(finished)
  return finished.longest
}
