import { MAX_TAKE, type NextStep, type Steps } from '../step-reader.ts'
import { CLUSTER, LEAVES, MASTERS, TRACK_ENTRY } from './elements.ts'
import type { MatroskaState } from './state.ts'
import { idBytes, readSize, readUnsigned, sizeBytes } from './vint.ts'

/** Elements that any file may have. */
const FREE_ELEMENTS = 20_000
/** A longer file may have one more per so many bytes: short sounds are in small blocks. */
const BYTES_PER_ELEMENT = 8

const MAX_TRACKS = 16

/** No file is longer than whole numbers can count. */
const MOST_BYTES: number = Number.MAX_SAFE_INTEGER - MAX_TAKE

export type MatroskaStep = 'elements' | 'content'

/** The shortest header has two bytes. */
export const FIRST_STEP: NextStep<MatroskaStep> = { step: 'elements', take: 2, ahead: true }

export const MATROSKA_STEPS: Steps<MatroskaState, MatroskaStep> = {
  elements: readElements,
  content(bytes, state) {
    const { element } = state
    if (!element) throw new Error('No element is read.')
    LEAVES.get(element.id)?.read(state, bytes)
    state.element = undefined
    state.position += element.size
    return { ...FIRST_STEP, skip: element.size - bytes.length }
  },
}

/**
 * Reads elements, as many as are at hand. The walk is flat: an element's id tells what it is wherever it stands, and the end
 * of one whose size is unknown shows in the next one. RFC 8794 sections 5 and 6: an element is an id, a size, and its content.
 */
function readElements(bytes: Uint8Array, state: MatroskaState): NextStep<MatroskaStep> {
  const { position } = state
  let at = 0
  while (at < bytes.length) {
    state.position = position + at
    const sizeAt = at + idBytes(bytes[at])
    const contentAt = sizeAt < bytes.length ? sizeAt + sizeBytes(bytes[sizeAt]) : sizeAt + 1
    if (contentAt > bytes.length) return { ...FIRST_STEP, take: contentAt - at, skip: at - bytes.length }
    countElement(state)
    const id = readUnsigned(bytes, at, sizeAt)
    const size = enterElement(state, id, readSize(bytes, sizeAt, contentAt))
    const take = bytesToRead(id, size)
    at = contentAt + size
    state.position = position + contentAt
    if (contentAt + take > bytes.length) {
      state.element = { id, size }
      return { step: 'content', take, skip: contentAt - bytes.length }
    }
    if (take > 0) LEAVES.get(id)?.read(state, bytes.subarray(contentAt, contentAt + take))
  }
  state.position = position + at
  return { ...FIRST_STEP, skip: at - bytes.length }
}

function countElement(state: MatroskaState): void {
  if (++state.elements > FREE_ELEMENTS + state.position / BYTES_PER_ELEMENT)
    throw new Error('There are too many elements.')
}

/** How many bytes lie between the header of an element and the next header: none if its content is elements to read. */
function enterElement(state: MatroskaState, id: number, size: number | undefined): number {
  if (MASTERS.has(id)) {
    openMaster(state, id)
    return 0
  }
  if (size === undefined) throw new Error('An element has no size.')
  if (state.position + size > MOST_BYTES) throw new Error(`An element has ${size} bytes.`)
  return size
}

/** How much of its content is read. */
function bytesToRead(id: number, size: number): number {
  const leaf = LEAVES.get(id)
  if (!leaf || (size > leaf.most && !leaf.isLonger)) return 0
  return Math.min(size, leaf.most)
}

function openMaster(state: MatroskaState, id: number): void {
  if (id === TRACK_ENTRY) {
    if (state.tracks.length === MAX_TRACKS) throw new Error('There are too many tracks.')
    state.tracks.push({ number: 0, codecId: '' })
  }
  // Some files list their tracks behind the clusters.
  if (id === CLUSTER && state.tracks.length > 0) state.areTracksListed = true
}
