import { latin1 } from '../ingress/signatures/bytes.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { isRecord } from '../lib/is-record.ts'
import type { FactsReader, ReadFacts } from './facts-reader.ts'
import { asSaved } from './saved.ts'

/** Where a walk through a file stands. It is plain JSON, so that another process can go on. */
export interface WalkState {
  /** Bytes that the next step must see at once: 1 to `MAX_NEED`. */
  need: number
  /** Whether no further byte can tell more. */
  done: boolean
}

/** The most bytes that one step may ask for, and so the most that a reader holds. */
export const MAX_NEED = 4096

/** How one format is read: step by step, each over a few bytes that are at hand. */
export interface Walk<State extends WalkState> {
  /** Increase it with every change of `State`: what an older release saved is then not continued. */
  version: number
  start(): State
  /**
   * Reads the bytes from `at` on: `state.need` of them, or more, up to `end`. Returns how many bytes to go on by; if they
   * are more than there are, the rest is skipped. It may return 0 if it has raised `need`.
   */
  step(state: State, bytes: Uint8Array, at: number, end: number): number
  /** The file has ended, perhaps in the middle of a step. */
  end(state: State): void
  facts(state: State): ReadFacts
}

interface Saved<State> {
  version: number
  state: State
  toSkip: number
  /** Base64. */
  held: string
}

/** Makes a reader of a walk: cuts what it is given to the steps' measure and holds the pieces that are too short. */
export function createWalkingReader<State extends WalkState>(walk: Walk<State>, saved?: unknown): FactsReader {
  const from = saved === undefined ? undefined : checkSaved(walk, saved)
  const state = from?.state ?? walk.start()
  let toSkip = from?.toSkip ?? 0
  let held: Uint8Array<ArrayBuffer> = from ? decodeBase64(from.held) : new Uint8Array()
  let filled = held.length

  function push(bytes: Uint8Array): void {
    let at = pass(bytes.length)
    while (!state.done && at < bytes.length) {
      if (filled > 0 || bytes.length - at < state.need) {
        at += hold(bytes, at)
        stepOverHeld()
      } else {
        at += step(bytes, at, bytes.length)
      }
      if (at > bytes.length) {
        toSkip = at - bytes.length
      } else {
        at += pass(bytes.length - at)
      }
    }
  }

  /** Passes over as many of the next bytes as there are to skip. */
  function pass(available: number): number {
    const passed = Math.min(toSkip, available)
    toSkip -= passed
    return passed
  }

  function hold(bytes: Uint8Array, at: number): number {
    if (held.length < state.need) held = copyToLarger(held.subarray(0, filled), state.need)
    const taken = bytes.subarray(at, at + Math.max(0, state.need - filled))
    held.set(taken, filled)
    filled += taken.length
    return taken.length
  }

  function stepOverHeld(): void {
    while (!state.done && filled >= state.need) {
      const distance = step(held, 0, filled)
      toSkip = Math.max(0, distance - filled)
      held.copyWithin(0, distance, filled)
      filled = Math.max(0, filled - distance)
      if (filled === 0) return
    }
  }

  function step(bytes: Uint8Array, at: number, end: number): number {
    const { need } = state
    const distance = walk.step(state, bytes, at, end)
    const isProgress = distance > 0 || (distance === 0 && state.need > need)
    if (!isProgress || state.need > MAX_NEED) throw new Error('The walk does not go on.')
    return distance
  }

  return {
    push,
    end: () => walk.end(state),
    facts: () => walk.facts(state),
    get done() {
      return state.done
    },
    get skippable() {
      return state.done ? Number.POSITIVE_INFINITY : toSkip
    },
    skip(bytes) {
      if (state.done) return
      if (bytes > toSkip) throw new RangeError(`Only ${toSkip} bytes tell nothing; ${bytes} are more.`)
      toSkip -= bytes
    },
    save() {
      const record: Saved<State> = {
        ...{ version: walk.version, state, toSkip },
        held: state.done ? '' : btoa(latin1(held, 0, filled)),
      }
      return asSaved(record)
    },
  }
}

function checkSaved<State extends WalkState>(walk: Walk<State>, saved: unknown): Saved<State> {
  if (isSavedBy(walk, saved)) return saved
  throw new TypeError('This state is not one that a reader of this release has saved.')
}

/** The version vouches for the state: only `save` writes it. */
function isSavedBy<State extends WalkState>(walk: Walk<State>, saved: unknown): saved is Saved<State> {
  return (
    isRecord(saved) &&
    saved['version'] === walk.version &&
    isRecord(saved['state']) &&
    Number.isSafeInteger(saved['toSkip']) &&
    typeof saved['held'] === 'string'
  )
}
