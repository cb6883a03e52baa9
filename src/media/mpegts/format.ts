import { isTransportStream } from '../../ingress/signatures/transport-stream.ts'
import type { MediaFormat } from '../facts-reader.ts'
import { createTransportStreamReader } from './reader.ts'

/** MPEG transport streams. */
export const transportStreamFormat: MediaFormat = {
  name: 'mpegts',
  recognize: (head) => (isTransportStream(head) ? 'mpegts' : undefined),
  createReader: createTransportStreamReader,
}
