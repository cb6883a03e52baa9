import { latin1, uint32 } from '../../ingress/signatures/bytes.ts'
import { uint64 } from '../bytes.ts'
import { MAX_NEED } from '../walking-reader.ts'
import { LEAVES } from './leaves.ts'
import { currentTrack } from './movie.ts'
import { type Box, type Mp4State, startTrack, type Table } from './state.ts'
import { finishTable, readEntry } from './tables.ts'

/** Boxes whose content is boxes that tell something, after the type of the box around them. */
const CONTAINERS: ReadonlySet<string> = new Set([
  ...['/moov', 'moov/trak', 'trak/edts', 'trak/mdia', 'mdia/minf', 'minf/stbl', 'moov/mvex', '/moof', 'moof/traf'],
])

/** Boxes of files that are not QuickTime's. */
const FRAGMENT_BOXES: ReadonlySet<string> = new Set(['styp', 'sidx', 'moof'])

const HEADER_BYTES = 8
const LARGE_HEADER_BYTES = 16

/** Boxes that any file may have. */
const FREE_BOXES = 20_000
/** A longer file may have one more per so many bytes: two hours in fragments of a second have 100,000. */
const BYTES_PER_BOX = 512

const MAX_TRACKS = 16

/** Reads what is next: the header of a box, a box that tells something, or entries of a table. */
export function stepMp4(state: Mp4State, bytes: Uint8Array, at: number): number {
  const from = state.position
  const next = bytes.subarray(at, at + state.need)
  const { leaf, table } = state
  if (!leaf) readHeader(state, next)
  else if (table) readTable(state, table, leaf, next)
  else readLeaf(state, leaf, next)
  if (!state.leaf) leaveBoxes(state)
  return state.position - from
}

/** ISO/IEC 14496-12 section 4.2: a size of 1 is followed by one of 64 bits, and a box of size 0 reaches to the end of the file. */
function readHeader(state: Mp4State, bytes: Uint8Array): void {
  const size = uint32(bytes, 0)
  if (size === 1 && bytes.length < LARGE_HEADER_BYTES) {
    state.need = LARGE_HEADER_BYTES
    return
  }
  const headerBytes = size === 1 ? LARGE_HEADER_BYTES : HEADER_BYTES
  const box = {
    type: latin1(bytes, 4, 8),
    end: endOfBox(state, size === 1 ? uint64(bytes, HEADER_BYTES) : size, headerBytes),
  }
  countBox(state)
  enterBox(state, box, headerBytes)
}

function endOfBox({ open, position }: Mp4State, size: number, headerBytes: number): number {
  const parent = open.at(-1)
  if (size === 0 && !parent) return Number.MAX_SAFE_INTEGER
  const end = position + size
  if (size < headerBytes || end > (parent?.end ?? Number.MAX_SAFE_INTEGER)) {
    throw new Error(`A box of ${size} bytes does not fit.`)
  }
  return end
}

function countBox(state: Mp4State): void {
  if (++state.boxes > FREE_BOXES + state.position / BYTES_PER_BOX) throw new Error('There are too many boxes.')
}

function enterBox(state: Mp4State, box: Box, headerBytes: number): void {
  const path = `${state.open.at(-1)?.type ?? ''}/${box.type}`
  state.need = HEADER_BYTES
  if (FRAGMENT_BOXES.has(box.type)) state.container = 'mp4'
  const leaf = LEAVES.get(path)
  if (leaf) {
    state.position += headerBytes
    state.need = Math.min(leaf.most, box.end - state.position)
    if (state.need < leaf.least) throw new Error(`The box ${path} has only ${state.need} bytes.`)
    state.leaf = box
  } else if (CONTAINERS.has(path) && !(path === '/moov' && state.movie.isComplete)) {
    state.position += headerBytes
    state.open.push(box)
    openBox(state, box.type)
  } else {
    state.position = box.end
  }
}

function openBox({ tracks, movie }: Mp4State, type: string): void {
  if (type === 'mvex') movie.isFragmented = true
  if (type !== 'trak') return
  if (tracks.length === MAX_TRACKS) throw new Error('There are too many tracks.')
  tracks.push(startTrack())
}

function readLeaf(state: Mp4State, box: Box, body: Uint8Array): void {
  const path = `${state.open.at(-1)?.type ?? ''}/${box.type}`
  const table = LEAVES.get(path)?.read(state, body, box.end - state.position)
  if (!table) {
    leaveLeaf(state, box)
    return
  }
  const { start, count, ...entries } = table
  state.position += start
  const end = state.position + count * entries.entryBytes
  if (end > box.end) throw new Error(`The box ${path} has no room for ${count} entries.`)
  state.table = { ...entries, end }
  askForEntries(state, state.table, box)
}

function readTable(state: Mp4State, table: Table, box: Box, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += table.entryBytes) readEntry(state, table, bytes, at)
  state.position += bytes.length
  askForEntries(state, table, box)
}

function askForEntries(state: Mp4State, { end, entryBytes }: Table, box: Box): void {
  if (state.position === end) leaveLeaf(state, box)
  else state.need = Math.min(end - state.position, MAX_NEED - (MAX_NEED % entryBytes))
}

function leaveLeaf(state: Mp4State, { end }: Box): void {
  if (state.table) finishTable(state, state.table)
  state.position = end
  state.need = HEADER_BYTES
  state.leaf = undefined
  state.table = undefined
}

/** Leaves the boxes that have no room for another one. QuickTime may end one with four zeros. */
function leaveBoxes(state: Mp4State): void {
  for (let box = state.open.at(-1); box && box.end - state.position < HEADER_BYTES; box = state.open.at(-1)) {
    state.position = box.end
    state.open.pop()
    closeBox(state, box.type)
  }
}

function closeBox(state: Mp4State, type: string): void {
  if (type === 'traf') state.fragment = undefined
  if (type === 'trak') currentTrack(state).isComplete = true
  if (type === 'moov') {
    state.movie.isComplete = true
    state.done = !state.movie.isFragmented
  }
}
