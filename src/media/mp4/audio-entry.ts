import { latin1, uint16, uint32 } from '../../lib/bytes.ts'
import type { AudioFacts } from '../../media-facts.ts'
import { readAacConfig } from '../codecs/aac.ts'
import { positive } from '../numbers.ts'
import { readDecoderConfig } from './decoder-config.ts'
import { boxesIn } from './entry-boxes.ts'

/** Bytes of an entry before its boxes: ISO/IEC 14496-12 section 12.2.3.2 */
const AUDIO_BYTES = 36

/** What QuickTime's versions 1 and 2 add to them: QuickTime File Format, "Sound Sample Descriptions". */
const VERSION_BYTES = [0, 16, 36]

/** Uncompressed sound, the only kind for which the entry's own channels and sample rate are reliable. */
const LINEAR_PCM: ReadonlySet<string> = new Set('lpcm sowt twos in24 in32 fl32 fl64 raw  ipcm fpcm'.split(' '))

/** `objectTypeIndication`: https://mp4ra.org/registered-types/object-types */
const AAC_TYPES: ReadonlySet<number | undefined> = new Set([0x40, 0x66, 0x67, 0x68])
const MP3_TYPES: ReadonlySet<number | undefined> = new Set([0x69, 0x6b])

/** Opus is decoded at this rate, whatever the rate before it was encoded: RFC 7845 section 5.1 */
const OPUS_RATE = 48_000

/** The description of sound in `stsd`. The channel count there is often wrong for compressed sound. */
export function readAudioEntry(entry: Uint8Array, descriptionVersion: number): AudioFacts {
  if (entry.length < AUDIO_BYTES) throw new Error('The sample entry of a sound is too short.')
  const codec = latin1(entry, 4, 8)
  const version = uint16(entry, 16)
  // ISO/IEC 14496-12 has a version 1 too, which adds nothing, in a version 1 of `stsd`.
  const isQuickTime = descriptionVersion === 0
  const boxes = boxesIn(entry, AUDIO_BYTES + (isQuickTime ? (VERSION_BYTES[version] ?? 0) : 0))
  const opus = boxes.get('dOps')
  if (opus) return { codec: 'opus', ...positive({ channels: opus[1], sampleRate: OPUS_RATE }) }
  if (codec === '.mp3') return { codec: 'mp3' }
  if (LINEAR_PCM.has(codec)) return { codec, ...(version === 2 ? longFormat(entry) : shortFormat(entry)) }
  const wave = boxes.get('wave')
  const descriptor = boxes.get('esds') ?? (wave && boxesIn(wave, 0).get('esds'))
  return (descriptor && readDescriptor(descriptor)) ?? { codec }
}

function readDescriptor(descriptor: Uint8Array): AudioFacts | undefined {
  const { objectType, specific } = readDecoderConfig(descriptor)
  if (MP3_TYPES.has(objectType)) return { codec: 'mp3' }
  return AAC_TYPES.has(objectType) && specific ? readAacConfig(specific) : undefined
}

function shortFormat(entry: Uint8Array): Omit<AudioFacts, 'codec'> {
  return positive({ channels: uint16(entry, 24), sampleRate: uint16(entry, 32) })
}

function longFormat(entry: Uint8Array): Omit<AudioFacts, 'codec'> {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length)
  return positive({ channels: uint32(entry, 48), sampleRate: view.getFloat64(40) })
}
