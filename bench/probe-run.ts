import process from 'node:process'
import { IMAGE_FORMATS, SUBTITLE_FORMATS } from '../src/media/image-formats.ts'
import { createProbe } from '../src/media/probe.ts'
import { VIDEO_FORMATS } from '../src/media/video-formats.ts'
import { LONG_MEDIA, type LongMedia, segmentsOf } from '../test/support/long-media.ts'

/** `node bench/probe-run.ts WebM 536870912 9`: probes a long file so often, and prints the CPU milliseconds of each time as JSON. */

const SEGMENT_BYTES: number = 4 * 1024 * 1024
const FORMATS = [...IMAGE_FORMATS, ...SUBTITLE_FORMATS, ...VIDEO_FORMATS]

const [name = '', bytes, runs] = process.argv.slice(2)
const media = LONG_MEDIA[name]?.(Number(bytes))
if (!media) throw new TypeError(`${name} is none of ${Object.keys(LONG_MEDIA).join(', ')}`)
console.log(JSON.stringify(Array.from({ length: Number(runs) }, () => probe(media, Number(bytes)))))

/** The CPU time of a probe, that of the compiler's and the collector's threads included. */
function probe(file: LongMedia, size: number): number {
  const reader = createProbe({
    ...{ formats: FORMATS, firstSegmentBytes: SEGMENT_BYTES },
    onError: (error) => {
      throw error
    },
  })
  const segments = [...segmentsOf(file, size, SEGMENT_BYTES)]
  const before = process.cpuUsage()
  for (const segment of segments) reader.push(segment)
  reader.end()
  const { user, system } = process.cpuUsage(before)
  if (reader.facts()?.frames === undefined) throw new Error('The probe has not read the whole file.')
  return (user + system) / 1000
}
