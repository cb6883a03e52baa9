import { HEAD_BYTES } from '../ingress/upload-source.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { latin1 } from '../lib/bytes.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { isRecord } from '../lib/is-record.ts'
import type { Container, MediaFacts } from '../media-facts.ts'
import type { FactsReader, MediaFormat, ReadFacts } from './facts-reader.ts'
import { asSaved } from './saved.ts'

export interface ProbeOptions {
  /** The formats that it knows. The first that recognizes a file reads it. */
  formats: readonly MediaFormat[]
  /** Bytes of the upload's first segment: what is known after them is known before INIT. */
  firstSegmentBytes: number
  /** Called at most once, with what a reader threw: the facts are unknown then. */
  onError?: ((error: unknown) => void) | undefined
}

/** Reads the facts of a file as it passes, whatever its format. No file makes it throw. */
export interface Probe {
  /** Takes the next bytes of the file, in pieces of any size. Keeps no view of them and holds a few KiB at most. */
  push(bytes: Uint8Array): void
  /** The file has ended. */
  end(): void
  /** What is known so far. Undefined: not even the format is known, or it is none of those given. */
  facts(): MediaFacts | undefined
  /** Whether no further byte can tell more. */
  readonly done: boolean
  /** How many of the next bytes tell nothing: `push` need not be given them if `skip` is. */
  readonly skippable: number
  /** Passes over bytes that `skippable` covers. */
  skip(bytes: number): void
  /** What another process needs to continue: JSON of at most 1 KiB. Undefined: the facts will stay unknown. */
  save(): unknown
}

interface Saved {
  position: number
  hasFailed: boolean
  /** The first bytes, in base64, until the format is known. */
  head?: string | undefined
  format?: string | undefined
  container?: Container | undefined
  reader?: unknown
  /** Instead of `reader` once no further byte can tell more: a camera's file has many tracks, and few facts. */
  facts?: ReadFacts | undefined
}

/** Makes a probe for one file, or continues from what `save` gave. */
export function createProbe(options: ProbeOptions, saved?: unknown): Probe {
  const { formats, firstSegmentBytes, onError } = options
  /** Bytes of the file that have passed. */
  let position = 0
  /** The first of them, until the format is known. */
  let head: Uint8Array<ArrayBuffer> | undefined = new Uint8Array(HEAD_BYTES)
  let format: MediaFormat | undefined
  let container: Container | undefined
  let reader: FactsReader | undefined
  /** What another process knew for good. */
  let savedFacts: ReadFacts | undefined
  let hasFailed = false
  if (saved !== undefined) attempt(() => restore(saved))

  function restore(state: unknown): void {
    if (!isSaved(state)) throw new TypeError('This state is not one that a probe has saved.')
    ;({ position, container, hasFailed, facts: savedFacts } = state)
    head = state.head === undefined ? undefined : copyToLarger(decodeBase64(state.head), HEAD_BYTES)
    format = formats.find(({ name }) => name === state.format)
    if (!hasFailed && !savedFacts) reader = format?.createReader(state.reader)
  }

  /** Does what a file may make fail. Once it has failed, no more is known than what kind of file it is. */
  function attempt(work: () => void): void {
    if (hasFailed) return
    try {
      work()
    } catch (error) {
      hasFailed = true
      head = undefined
      reader = undefined
      onError?.(error)
    }
  }

  function isDone(): boolean {
    return head === undefined && (reader?.done ?? true)
  }

  function recognize(bytes: Uint8Array): void {
    head = undefined
    format = formats.find((candidate) => {
      container = candidate.recognize(bytes)
      return container !== undefined
    })
    reader = format?.createReader()
    reader?.push(bytes)
  }

  /** Takes bytes up to the next offset at which `known` changes. Returns how many. */
  function take(bytes: Uint8Array): number {
    const limits = [HEAD_BYTES, firstSegmentBytes].filter((limit) => limit > position)
    const part = bytes.subarray(0, Math.min(...limits) - position)
    const from = position
    position += part.length
    if (head) {
      head.set(part, from)
      if (position === HEAD_BYTES) recognize(head)
    } else {
      reader?.push(part)
    }
    return part.length
  }

  return {
    push(bytes) {
      attempt(() => {
        for (let at = 0; at < bytes.length && !isDone(); ) at += take(bytes.subarray(at))
      })
    },
    end() {
      attempt(() => {
        if (head) recognize(head.subarray(0, position))
        reader?.end()
      })
    },
    facts() {
      const known = howKnown(position, firstSegmentBytes)
      const facts = savedFacts ?? reader?.facts() ?? (container && { container })
      return facts && { ...facts, known }
    },
    get done() {
      return isDone()
    },
    get skippable() {
      if (isDone()) return Number.POSITIVE_INFINITY
      return reader?.skippable ?? 0
    },
    skip(bytes) {
      if (isDone()) return
      reader?.skip(bytes)
      position += bytes
    },
    save() {
      const state: Saved = {
        ...{ position, container, hasFailed, format: format?.name },
        ...(head ? { head: btoa(latin1(head, 0, position)) } : {}),
      }
      const facts = reader?.done ? reader.facts() : savedFacts
      if (!reader || facts) return asSaved({ ...state, facts })
      const reading = reader.save()
      return reading === undefined ? undefined : asSaved({ ...state, reader: reading })
    },
  }
}

function howKnown(position: number, firstSegmentBytes: number): MediaFacts['known'] {
  if (position <= HEAD_BYTES) return 'head'
  return position <= firstSegmentBytes ? 'first-segment' : 'end'
}

/** Only `save` writes it, so its members are not looked at one by one. */
function isSaved(state: unknown): state is Saved {
  return isRecord(state) && Number.isSafeInteger(state['position']) && typeof state['hasFailed'] === 'boolean'
}
