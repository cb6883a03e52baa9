/** Descriptors of ISO/IEC 14496-1 section 7.2.6, by their tags. */
const STREAM_TAG = 3
const CONFIG_TAG = 4
const SPECIFIC_TAG = 5

/** `ES_Descriptor`, section 7.2.6.5: an id, then flags for what else comes before the next descriptor. */
const STREAM_BYTES = 3
const DEPENDS = 0x80
const HAS_URL = 0x40
const HAS_CLOCK = 0x20

/** `DecoderConfigDescriptor`, section 7.2.6.6 */
const CONFIG_BYTES = 13

/** What `esds` says about the coding of a stream: the number of the codec, and what only that codec understands. */
export interface DecoderConfig {
  objectType?: number | undefined
  specific?: Uint8Array | undefined
}

/** Reads the content of an `esds` box: ISO/IEC 14496-14 section 5.6 */
export function readDecoderConfig(content: Uint8Array): DecoderConfig {
  const stream = descriptorIn(content.subarray(4), STREAM_TAG)
  const config = stream && descriptorIn(stream.subarray(streamBytes(stream)), CONFIG_TAG)
  return config ? { objectType: config[0], specific: descriptorIn(config.subarray(CONFIG_BYTES), SPECIFIC_TAG) } : {}
}

function streamBytes(stream: Uint8Array): number {
  const flags = stream[2] ?? 0
  const dependency = flags & DEPENDS ? 2 : 0
  const url = flags & HAS_URL ? 1 + (stream[STREAM_BYTES + dependency] ?? 0) : 0
  return STREAM_BYTES + dependency + url + (flags & HAS_CLOCK ? 2 : 0)
}

/** The content of the descriptor that begins here, if it has the tag. Its length has seven bits a byte, at most four bytes. */
function descriptorIn(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  if (bytes[0] !== tag) return undefined
  let length = 0
  for (let at = 1; at <= 4; at++) {
    const byte = bytes[at] ?? 0
    length = length * 128 + (byte & 0x7f)
    if (byte < 0x80) return bytes.subarray(at + 1, at + 1 + length)
  }
  return undefined
}
