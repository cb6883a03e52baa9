import { readSampleDescription } from './descriptions.ts'
import { readFragmentHeader, readSegmentIndex, readTrackRun } from './fragments.ts'
import {
  readEditList,
  readFileType,
  readFragmentDefaults,
  readHandler,
  readMediaHeader,
  readMovieDuration,
  readMovieHeader,
  readTrackHeader,
} from './movie.ts'
import {
  readCompactSizes,
  readKeyFrames,
  readPartialKeyFrames,
  readSampleGroups,
  readSampleSizes,
  readSampleTimes,
} from './samples.ts'
import type { Mp4State, NewTable } from './state.ts'

/** A box that has no boxes in it, or none that the walk enters. Bytes count from behind its header. */
interface Leaf {
  /** A box of fewer bytes contradicts itself. */
  least: number
  /** Bytes that it reads, if the box has them. */
  most: number
  /** @param size Bytes of the whole box; `body` are the first of them. */
  read(state: Mp4State, body: Uint8Array, size: number): NewTable | undefined
}

function leaf(least: number, most: number, read: Leaf['read']): Leaf {
  return { least, most, read }
}

/** The boxes that are read, after the type of the box around them: QuickTime has a second `hdlr`, in `minf`. */
export const LEAVES: ReadonlyMap<string, Leaf> = new Map([
  ['/ftyp', leaf(4, 4, readFileType)],
  ['moov/mvhd', leaf(100, 112, readMovieHeader)],
  ['trak/tkhd', leaf(84, 96, readTrackHeader)],
  ['edts/elst', leaf(8, 128, readEditList)],
  ['mdia/mdhd', leaf(20, 32, readMediaHeader)],
  ['mdia/hdlr', leaf(12, 12, readHandler)],
  ['stbl/stsd', leaf(16, 4096, readSampleDescription)],
  ['stbl/stts', leaf(8, 16, readSampleTimes)],
  ['stbl/stss', leaf(8, 8, readKeyFrames)],
  ['stbl/stps', leaf(8, 8, readPartialKeyFrames)],
  ['stbl/sbgp', leaf(8, 8, readSampleGroups)],
  ['stbl/stsz', leaf(12, 12, readSampleSizes)],
  ['stbl/stz2', leaf(12, 12, readCompactSizes)],
  ['mvex/mehd', leaf(8, 12, readMovieDuration)],
  ['mvex/trex', leaf(24, 24, readFragmentDefaults)],
  ['traf/tfhd', leaf(8, 40, readFragmentHeader)],
  ['traf/trun', leaf(8, 16, readTrackRun)],
  ['traf/sbgp', leaf(8, 8, readSampleGroups)],
  ['/sidx', leaf(24, 32, readSegmentIndex)],
])
