import type { AudioFacts } from '../../media-facts.ts'
import { positive } from '../numbers.ts'
import { type BitReader, createBitReader } from './bit-reader.ts'

/** Hertz, by `samplingFrequencyIndex`: ISO/IEC 14496-3 table 1.18 */
export const AAC_SAMPLE_RATES: readonly number[] = [
  ...[96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350],
]

const EXPLICIT_RATE = 15

/** Channels by `channelConfiguration`: table 1.19. 0: a program config element counts them. */
const CHANNELS: readonly (number | undefined)[] = [
  ...[undefined, 1, 2, 3, 4, 5, 6, 8, undefined, undefined, undefined, 7, 8, 24, 8],
]

/** Audio object types: table 1.17. Spectral band replication makes HE-AAC; parametric stereo makes its second version. */
const LONG_TERM_PREDICTION = 4
const BAND_REPLICATION = 5
const PARAMETRIC_STEREO = 29
const ESCAPE = 31

/** Marks band replication behind the configuration, where older decoders do not see it: section 1.6.6.1 */
const EXTENSION_SYNC = 0x2b7
/** That, an object type, a flag and the index of a rate. */
const EXTENSION_BITS = 21

/** `AudioSpecificConfig`: section 1.6.2.1. Tells HE-AAC only if the file signals it. */
export function readAacConfig(config: Uint8Array): AudioFacts {
  const reader = createBitReader(config)
  const objectType = readObjectType(reader)
  const core = { sampleRate: readSampleRate(reader), configuration: reader.bits(4) }
  if (objectType === BAND_REPLICATION || objectType === PARAMETRIC_STEREO) {
    const sampleRate = readSampleRate(reader)
    const channels = objectType === PARAMETRIC_STEREO ? 2 : CHANNELS[core.configuration]
    return audioOf('he-aac', channels, sampleRate)
  }
  // Only these have the configuration that `readChannels` reads.
  if (objectType < 1 || objectType > LONG_TERM_PREDICTION)
    return audioOf('aac', CHANNELS[core.configuration], core.sampleRate)
  const channels = readChannels(reader, core.configuration)
  const extended = readExtension(reader)
  return extended ? audioOf('he-aac', channels, extended.sampleRate) : audioOf('aac', channels, core.sampleRate)
}

/** Channels by `channelConfiguration`, which streams without an AudioSpecificConfig have too. */
export function aacChannels(configuration: number): number | undefined {
  return CHANNELS[configuration]
}

function audioOf(codec: string, channels: number | undefined, sampleRate: number | undefined): AudioFacts {
  return { codec, ...positive({ channels, sampleRate }) }
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5)
  return type === ESCAPE ? 32 + reader.bits(6) : type
}

function readSampleRate(reader: BitReader): number | undefined {
  const index = reader.bits(4)
  return index === EXPLICIT_RATE ? reader.bits(24) : AAC_SAMPLE_RATES[index]
}

/** `GASpecificConfig`: section 4.4.1 */
function readChannels(reader: BitReader, configuration: number): number | undefined {
  reader.skip(1)
  const dependsOnCore = reader.flag()
  if (dependsOnCore) reader.skip(14)
  reader.skip(1)
  return configuration === 0 ? countElements(reader) : CHANNELS[configuration]
}

/** `program_config_element`: section 4.4.1.1. An element has one channel, or two if it is a pair. */
function countElements(reader: BitReader): number {
  reader.skip(10)
  const elements = reader.bits(4) + reader.bits(4) + reader.bits(4)
  const lowFrequency = reader.bits(2)
  const [data, coupled] = [reader.bits(3), reader.bits(4)]
  for (const bits of [4, 4, 3]) if (reader.flag()) reader.skip(bits)
  let channels = lowFrequency
  for (let element = 0; element < elements; element++) {
    channels += reader.flag() ? 2 : 1
    reader.skip(4)
  }
  reader.skip(4 * lowFrequency + 4 * data + 5 * coupled)
  // A comment follows at the next whole byte, so that no extension is found; nobody writes both.
  return channels
}

/** The rate of the whole sound if the configuration's end tells of band replication. Most configurations have no such end. */
function readExtension(reader: BitReader): { sampleRate: number | undefined } | undefined {
  if (reader.left < EXTENSION_BITS) return undefined
  if (reader.bits(11) !== EXTENSION_SYNC || readObjectType(reader) !== BAND_REPLICATION) return undefined
  return reader.flag() ? { sampleRate: readSampleRate(reader) } : undefined
}
