/** A runtime's stream, read into memory that the caller provides. */
export interface SourceReader {
  read(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult>
  cancel(reason: unknown): Promise<void>
}

export interface ReadResult {
  /** The memory that was given, perhaps under a new name. */
  view: Uint8Array<ArrayBuffer>
  /** Bytes that were written. */
  bytes: number
  done: boolean
}
