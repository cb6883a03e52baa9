import { latin1, uint32, uint64 } from '../../lib/bytes.ts'
import type { NextStep, Steps } from '../step-reader.ts'
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

export type Mp4Step = 'header' | 'largeHeader' | 'leaf' | 'table'

const NEXT_HEADER: NextStep<Mp4Step> = { step: 'header', take: HEADER_BYTES }

export const FIRST_STEP: NextStep<Mp4Step> = NEXT_HEADER

/** A step reads the header of a box, a box that tells something, or entries of a table. */
export const MP4_STEPS: Steps<Mp4State, Mp4Step> = {
  header: stepBy(readHeader),
  largeHeader: stepBy(readLargeHeader),
  leaf: stepBy(readLeaf),
  table: stepBy(readTable),
}

/** What a step is from what it reads, which moves the position on to the next step's first byte. */
function stepBy(read: (state: Mp4State, bytes: Uint8Array) => NextStep<Mp4Step>): Steps<Mp4State, Mp4Step>[Mp4Step] {
  return (bytes, state) => {
    const behind = state.position + bytes.length
    const next = read(state, bytes)
    if (next.step === 'header') leaveBoxes(state)
    const { isComplete, isFragmented } = state.movie
    return isComplete && !isFragmented ? undefined : { ...next, skip: state.position - behind }
  }
}

/** ISO/IEC 14496-12 section 4.2: a size of 1 is followed by one of 64 bits, and a box of size 0 reaches to the end of the file. */
function readHeader(state: Mp4State, bytes: Uint8Array): NextStep<Mp4Step> {
  const size = uint32(bytes, 0)
  return size === 1 ? { step: 'largeHeader', take: LARGE_HEADER_BYTES } : readBox(state, bytes, size)
}

function readLargeHeader(state: Mp4State, bytes: Uint8Array): NextStep<Mp4Step> {
  return readBox(state, bytes, uint64(bytes, HEADER_BYTES))
}

function readBox(state: Mp4State, header: Uint8Array, size: number): NextStep<Mp4Step> {
  const box = { type: latin1(header, 4, 8), end: endOfBox(state, size, header.length) }
  countBox(state)
  return enterBox(state, box, header.length)
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

function enterBox(state: Mp4State, box: Box, headerBytes: number): NextStep<Mp4Step> {
  const path = pathOf(state, box)
  if (FRAGMENT_BOXES.has(box.type)) state.container = 'mp4'
  const leaf = LEAVES.get(path)
  if (leaf) {
    state.position += headerBytes
    const take = Math.min(leaf.most, box.end - state.position)
    if (take < leaf.least) throw new Error(`The box ${path} has only ${take} bytes.`)
    state.leaf = box
    return { step: 'leaf', take }
  }
  if (CONTAINERS.has(path) && !(path === '/moov' && state.movie.isComplete)) {
    state.position += headerBytes
    state.open.push(box)
    openBox(state, box.type)
  } else {
    state.position = box.end
  }
  return NEXT_HEADER
}

/** The types of a box and of the one around it. */
function pathOf({ open }: Mp4State, { type }: Box): string {
  return `${open.at(-1)?.type ?? ''}/${type}`
}

function openBox({ tracks, movie }: Mp4State, type: string): void {
  if (type === 'mvex') movie.isFragmented = true
  if (type !== 'trak') return
  if (tracks.length === MAX_TRACKS) throw new Error('There are too many tracks.')
  tracks.push(startTrack())
}

function readLeaf(state: Mp4State, body: Uint8Array): NextStep<Mp4Step> {
  const box = currentLeaf(state)
  const path = pathOf(state, box)
  const table = LEAVES.get(path)?.read(state, body, box.end - state.position)
  if (!table) return leaveLeaf(state, box)
  const { start, count, ...entries } = table
  state.position += start
  const end = state.position + count * entries.entryBytes
  if (end > box.end) throw new Error(`The box ${path} has no room for ${count} entries.`)
  state.table = { ...entries, end }
  return nextEntries(state, state.table)
}

function currentLeaf({ leaf }: Mp4State): Box {
  if (!leaf) throw new Error('No box is read.')
  return leaf
}

function readTable(state: Mp4State, bytes: Uint8Array): NextStep<Mp4Step> {
  const { table } = state
  if (!table) throw new Error('No table is read.')
  const { entryBytes, end } = table
  const available = Math.min(bytes.length, end - state.position)
  const whole = available - (available % entryBytes)
  for (let at = 0; at < whole; at += entryBytes) readEntry(state, table, bytes, at)
  state.position += whole
  return nextEntries(state, table)
}

function nextEntries(state: Mp4State, table: Table): NextStep<Mp4Step> {
  if (state.position < table.end) return { step: 'table', take: table.entryBytes, ahead: true }
  finishTable(state, table)
  return leaveLeaf(state, currentLeaf(state))
}

function leaveLeaf(state: Mp4State, { end }: Box): NextStep<Mp4Step> {
  state.position = end
  state.leaf = undefined
  state.table = undefined
  return NEXT_HEADER
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
  if (type === 'trak') closeTrack(state)
  if (type === 'moov') state.movie.isComplete = true
}

/** Tracks of text, time codes and sensors tell nothing, and cameras write many. */
function closeTrack(state: Mp4State): void {
  const track = currentTrack(state)
  if (track.kind) track.isComplete = true
  else state.tracks.pop()
}
