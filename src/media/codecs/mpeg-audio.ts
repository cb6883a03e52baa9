import { uint16 } from '../../lib/bytes.ts'
import type { AudioFacts } from '../../media-facts.ts'
import { positive } from '../numbers.ts'
import { AAC_SAMPLE_RATES, aacChannels } from './aac.ts'

/** Hertz in MPEG-1, by index: ISO/IEC 11172-3 section 2.4.2.3. MPEG-2 halves them, and MPEG-2.5 halves them again. */
const SAMPLE_RATES = [44_100, 48_000, 32_000]
const DIVISORS = [4, undefined, 2, 1]

const LAYERS = [undefined, 'mp3', 'mp2', 'mp1']

const MONO = 3

/** Bytes that both functions read. */
export const AUDIO_HEADER_BYTES = 4

/** The header of a frame of MPEG audio: section 2.4.1.3. Undefined: it is none. */
export function readMpegAudioHeader(frame: Uint8Array): AudioFacts | undefined {
  const [, second = 0, third = 0, fourth = 0] = frame
  const codec = LAYERS[(second >> 1) & 3]
  const sampleRate = SAMPLE_RATES[(third >> 2) & 3]
  const divisor = DIVISORS[(second >> 3) & 3]
  if (uint16(frame, 0) >> 5 !== 0x7ff || !codec || !sampleRate || !divisor) return undefined
  return { codec, channels: fourth >> 6 === MONO ? 1 : 2, sampleRate: sampleRate / divisor }
}

/** The header of a frame of AAC in ADTS: ISO/IEC 14496-3 section 1.A.2.2. It does not tell HE-AAC. Undefined: it is none. */
export function readAdtsHeader(frame: Uint8Array): AudioFacts | undefined {
  const [, second = 0, third = 0, fourth = 0] = frame
  const isAdts = uint16(frame, 0) >> 4 === 0xfff && (second & 0x06) === 0
  const sampleRate = AAC_SAMPLE_RATES[(third >> 2) & 15]
  if (!isAdts || !sampleRate) return undefined
  const channels = aacChannels(((third & 1) << 2) | (fourth >> 6))
  return { codec: 'aac', ...positive({ channels, sampleRate }) }
}
