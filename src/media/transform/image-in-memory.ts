import type { DeclaredMedia } from '../../ingress/media-type.ts'

/** An image in memory, and what it is declared to be. */
export interface ImageInMemory<Bytes extends Uint8Array = Uint8Array> {
  declared: DeclaredMedia
  bytes: Bytes
}
