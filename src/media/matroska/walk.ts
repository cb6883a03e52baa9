import { CLUSTER, LEAVES, MASTERS, TRACK_ENTRY } from './elements.ts'
import type { MatroskaState } from './state.ts'
import { idBytes, readSize, readUnsigned, sizeBytes } from './vint.ts'

/** The shortest header of an element, and the longest. */
const LEAST_HEADER_BYTES = 2
const MOST_HEADER_BYTES = 12

/** Elements that any file may have. */
const FREE_ELEMENTS = 20_000
/** A longer file may have one more per so many bytes: short sounds are in small blocks. */
const BYTES_PER_ELEMENT = 8

const MAX_TRACKS = 16

/**
 * Reads what is next: the header of an element, or its content. The walk is flat: an element's id tells what it is
 * wherever it stands, and the end of one whose size is unknown shows in the next one.
 */
export function stepMatroska(state: MatroskaState, bytes: Uint8Array, at: number, end: number): number {
  const from = state.position
  if (state.element) readContent(state, state.element, bytes.subarray(at, at + state.need))
  else readHeader(state, bytes.subarray(at, Math.min(end, at + MOST_HEADER_BYTES)))
  return state.position - from
}

/** RFC 8794 sections 5 and 6: an id, then a size. */
function readHeader(state: MatroskaState, bytes: Uint8Array): void {
  const ofId = idBytes(bytes[0])
  const headerBytes = bytes.length > ofId ? ofId + sizeBytes(bytes[ofId]) : ofId + 1
  if (bytes.length < headerBytes) {
    state.need = headerBytes
    return
  }
  if (++state.elements > FREE_ELEMENTS + state.position / BYTES_PER_ELEMENT) {
    throw new Error('There are too many elements.')
  }
  state.position += headerBytes
  state.need = LEAST_HEADER_BYTES
  enterElement(state, readUnsigned(bytes, 0, ofId), readSize(bytes, ofId, headerBytes))
}

function enterElement(state: MatroskaState, id: number, size: number | undefined): void {
  if (MASTERS.has(id)) {
    openMaster(state, id)
    return
  }
  if (size === undefined) throw new Error('An element has no size.')
  const end = state.position + size
  if (end > Number.MAX_SAFE_INTEGER) throw new Error(`An element has ${size} bytes.`)
  const leaf = LEAVES.get(id)
  if (!leaf || size === 0 || (size > leaf.most && !leaf.isLonger)) {
    state.position = end
    return
  }
  state.element = { id, end }
  state.need = Math.min(size, leaf.most)
}

function openMaster(state: MatroskaState, id: number): void {
  if (id === TRACK_ENTRY) {
    if (state.tracks.length === MAX_TRACKS) throw new Error('There are too many tracks.')
    state.tracks.push({ number: 0, codecId: '' })
  }
  if (id === CLUSTER) state.areTracksListed = true
}

function readContent(state: MatroskaState, { id, end }: { id: number; end: number }, content: Uint8Array): void {
  LEAVES.get(id)?.read(state, content)
  state.position = end
  state.need = LEAST_HEADER_BYTES
  state.element = undefined
}
