import type { XMediaEvent } from '../../../src/index.ts'
import { showSize } from './words.ts'

/** Makes a line of each event. It remembers how large the files are. */
export function createActivityLines(): (event: XMediaEvent) => string {
  const totals = new Map<string, { totalBytes: number; segmentBytes: number }>()

  return (event) => {
    switch (event.type) {
      case 'initialized': {
        totals.set(event.mediaId, { totalBytes: event.totalBytes, segmentBytes: 0 })
        return `INIT ${event.mediaType} as ${event.category}, ${showSize(event.totalBytes)}`
      }
      case 'segment': {
        const { index, bytes, durationMs } = event
        const total = totals.get(event.mediaId)
        if (total) total.segmentBytes = Math.max(total.segmentBytes, bytes)
        const count = total ? `/${Math.max(index + 1, Math.ceil(total.totalBytes / total.segmentBytes))}` : ''
        return `APPEND ${index + 1}${count}, ${showSize(bytes)} in ${durationMs} ms`
      }
      case 'retry':
        return `${event.step.toUpperCase()} again (${event.code}), wait ${(event.waitMs / 1000).toFixed(1)} s`
      case 'segment_size':
        return `Segments of ${showSize(event.toBytes)} from now on`
      case 'finalized': {
        const { segments, bytes, durationMs } = event
        const what =
          segments > 0 ? `FINALIZE, ${segments} ${segments === 1 ? 'segment' : 'segments'}` : 'Upload in one call'
        return `${what}, ${showSize(bytes)} in ${durationMs} ms`
      }
      case 'processing':
        return `STATUS ${event.state}${event.progressPercent === undefined ? '' : `, ${event.progressPercent} %`}`
      case 'facts_unknown':
        return `The file contradicts itself: ${event.reason}`
      case 'transformed':
        return `Made smaller: ${showSize(event.fromBytes)} are ${showSize(event.toBytes)} now, as ${event.mediaType}`
      case 'transform_failed':
        return `Could not be made smaller: ${event.reason}`
      case 'failed':
        return `Failed with ${event.code} after ${showSize(event.bytes)}`
      case 'aborted':
        return `Ended after ${showSize(event.bytes)}`
      case 'unclaimed':
        return 'X has it, and the form ended in a later file'
      case 'refused':
        return `Refused with ${event.code}`
    }
  }
}
