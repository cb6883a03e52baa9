import type { Container, MediaFacts } from '../media-facts.ts'

/** What a reader can tell: how much of the file that took is for the probe to say. */
export type ReadFacts = Omit<MediaFacts, 'known'>

/** Reads the facts of one file from its bytes, which it is given in order and in pieces of any size. */
export interface FactsReader {
  /**
   * Takes the next bytes of the file. Keeps no view of them, holds little, and does work in proportion to them. May throw
   * on a file that contradicts itself: nothing more of it can be known.
   */
  push(bytes: Uint8Array): void
  /** The file has ended: what only the end tells, such as a sum, is known now. */
  end(): void
  /** What is known so far. */
  facts(): ReadFacts
  /** Whether no further byte can tell more. */
  readonly done: boolean
  /** How many of the next bytes tell nothing: `push` need not be given them if `skip` is. */
  readonly skippable: number
  /** Passes over bytes that `skippable` covers. */
  skip(bytes: number): void
  /** What a reader of the same kind needs to continue in another process: JSON of at most 1 KiB, else undefined. */
  save(): unknown
}

/** Makes the reader of one format, or continues from what `save` gave. */
export type CreateFactsReader = (saved?: unknown) => FactsReader

/** A family of formats that one reader understands. */
export interface MediaFormat {
  /** Names the reader in a saved probe: it stays the same from release to release. */
  name: string
  /**
   * What a file is by its first bytes; undefined if it is of another format.
   *
   * @param head The file's first 4,100 bytes, or all of a shorter file.
   */
  recognize(head: Uint8Array): Container | undefined
  createReader: CreateFactsReader
}
