import { uint32 } from '../../lib/bytes.ts'
import { readReference, readSample } from './fragments.ts'
import { currentTrack } from './movie.ts'
import { takeKeyFrame } from './samples.ts'
import type { Mp4State, Table } from './state.ts'

/** Reads one entry of the table. */
export function readEntry(state: Mp4State, table: Table, bytes: Uint8Array, at: number): void {
  if (table.type === 'stss') takeKeyFrame(currentTrack(state).keyFrames, uint32(bytes, at))
  else if (table.type === 'trun') readSample(state, table, bytes, at)
  else readReference(state, bytes, at)
}

/** All entries have been read. */
export function finishTable({ movie }: Mp4State, { type }: Table): void {
  if (type !== 'sidx' || !movie.index) return
  movie.announcedSecs = movie.index.ticks / movie.index.timescale || undefined
  movie.index = undefined
}
