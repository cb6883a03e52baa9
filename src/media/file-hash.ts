import { SHA256 } from '@stablelib/sha256'
import { latin1 } from '../lib/bytes.ts'
import { decodeBase64, toHex } from '../lib/encoding.ts'

/** The SHA-256 of a file that passes. `crypto.subtle` cannot hash in parts. */
export interface FileHash {
  push(bytes: Uint8Array): void
  /** In hexadecimal. Nothing can be pushed afterwards. */
  digest(): string
  /** What another process needs to continue. */
  save(): SavedHash
}

export interface SavedHash {
  /** The hash of all whole blocks, eight numbers. */
  state: number[]
  /** The bytes after them, up to 63, in base64. */
  rest: string
  bytes: number
}

export function createFileHash(saved?: SavedHash): FileHash {
  const hash = new SHA256()
  if (saved) {
    const rest = decodeBase64(saved.rest)
    hash.restoreState({
      state: Int32Array.from(saved.state),
      buffer: rest,
      bufferLength: rest.length,
      bytesHashed: saved.bytes,
    })
  }
  return {
    push(bytes) {
      hash.update(bytes)
    },
    digest: () => toHex(hash.digest()),
    save() {
      const { state, buffer = new Uint8Array(0), bufferLength, bytesHashed } = hash.saveState()
      return { state: [...state], rest: btoa(latin1(buffer, 0, bufferLength)), bytes: bytesHashed }
    },
  }
}
