import { readBoxes } from '../../ingress/signatures/iso-boxes.ts'
import { VIDEO_BOXES } from '../../ingress/signatures/iso-media.ts'
import { latin1 } from '../../lib/bytes.ts'
import type { MediaFormat } from '../facts-reader.ts'
import { createMp4Reader } from './reader.ts'

/** MP4 and QuickTime. HEIC and AVIF begin like them, so their format comes before this one. */
export const mp4Format: MediaFormat = {
  name: 'mp4',
  recognize(head) {
    const boxes = readBoxes(head, { start: 0, end: head.length })
    const [first] = boxes
    if (!first || (first.type !== 'ftyp' && !VIDEO_BOXES.has(first.type))) return undefined
    // `ftyp` may follow `free`; QuickTime files of old have none.
    const fileType = boxes.find(({ type }) => type === 'ftyp')
    return fileType && latin1(head, fileType.start, fileType.start + 4) !== 'qt  ' ? 'mp4' : 'quicktime'
  },
  createReader: createMp4Reader,
}
