import { readUpTo } from './held-file.ts'
import { openHeldMemory } from './held-memory.ts'
import type { SourceTransform } from './media-check.ts'
import { replay } from './replay.ts'
import { identify } from './signatures/identify.ts'
import { emptyBody, HEAD_BYTES } from './upload-source.ts'

export interface HoldOptions {
  /** The largest image to hold, bytes. */
  holdBytes: number
  /** Whose memory it takes. */
  subject: string
  /** The size of a file that is larger, or no image; undefined if nothing tells it. */
  inferSize: () => number | undefined
}

/**
 * Holds an image until it has ended, which tells its size: where another file may follow in a form, `Content-Length` does
 * not. Throws `empty_body`, and `overloaded` when there is no memory for it.
 */
export function createImageHold({ holdBytes, subject, inferSize }: HoldOptions): SourceTransform['run'] {
  return async function holdImage(file, { signal }, memory) {
    // It has been transformed, and so it has been held.
    if (file.totalBytes !== undefined) return file
    const { hold, close } = openHeldMemory(memory, subject, signal)
    const head = await readUpTo(HEAD_BYTES, { bytes: new Uint8Array(0), rest: file.body }, hold)
    if (head.bytes.length === 0) {
      close()
      throw emptyBody()
    }
    const isImage = identify(head.bytes)?.mediaType?.startsWith('image/')
    // One byte more shows whether the file ends there.
    const { bytes, rest } = isImage ? await readUpTo(holdBytes + 1, head, hold) : head
    return { ...file, totalBytes: rest ? inferSize() : bytes.length, body: replay(bytes, rest, close) }
  }
}
