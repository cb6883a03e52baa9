import { recognizeMatroska } from '../../ingress/signatures/matroska.ts'
import type { MediaFormat } from '../facts-reader.ts'
import { createMatroskaReader } from './reader.ts'

/** Matroska and WebM, its part for browsers. */
export const matroskaFormat: MediaFormat = {
  name: 'matroska',
  recognize(head) {
    const finding = recognizeMatroska(head)
    return finding && (finding.mediaType === 'video/webm' ? 'webm' : 'matroska')
  },
  createReader: createMatroskaReader,
}
