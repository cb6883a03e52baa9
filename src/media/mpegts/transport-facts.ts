import type { MediaFacts } from '../../media-facts.ts'
import type { SequenceFacts } from '../codecs/parameter-set.ts'
import type { ReadFacts } from '../facts-reader.ts'
import { positive, roundToThousandths } from '../numbers.ts'
import type { TransportState } from './state.ts'
import { TICKS_PER_SEC } from './times.ts'

/** Codecs of which each unit carries one frame. */
const ONE_FRAME_A_UNIT: ReadonlySet<string> = new Set(['avc1', 'hvc1'])

/**
 * What the packets read so far say. Key frames are not marked reliably, so the longest group of pictures stays unknown.
 *
 * @param isComplete Whether all packets have passed.
 */
export function transportFacts(state: TransportState, isComplete: boolean): ReadFacts {
  const { video, audio, sequence, sound, areStreamsListed, mayHideVideo } = state
  const measured = isComplete ? measure(state) : undefined
  return {
    container: 'mpegts',
    ...(sequence ? displaySize(sequence) : {}),
    ...positive({
      durationSecs: roundToThousandths(measured?.durationSecs),
      frames: measured?.frames,
      frameRate: roundToThousandths(measured?.frameRate ?? sequence?.frameRate),
    }),
    ...(areStreamsListed && (video || !mayHideVideo) ? { hasVideo: video !== undefined } : {}),
    ...(video ? { video: { codec: video.codec, ...sequence?.video } } : {}),
    ...(audio ? { audio: { codec: audio.codec, ...sound } } : {}),
  }
}

function displaySize({ width, height, pixelAspect = 1 }: SequenceFacts): Pick<MediaFacts, 'width' | 'height'> {
  return positive({ width: Math.round(width * pixelAspect), height })
}

/** Frames and their times, once all have passed. The last is shown as long as the others on average. */
function measure({
  video,
  sequence,
  times,
}: TransportState): Pick<MediaFacts, 'durationSecs' | 'frameRate' | 'frames'> | undefined {
  const { frames, first, last, haveJumped } = times
  const isCounted = video && ONE_FRAME_A_UNIT.has(video.codec) && sequence && !sequence.mayHaveFields
  if (!isCounted) return undefined
  if (haveJumped || frames < 2 || first === last) return { frames }
  const frameSecs = (last - first) / TICKS_PER_SEC / (frames - 1)
  return { durationSecs: frameSecs * frames, frameRate: 1 / frameSecs, frames }
}
