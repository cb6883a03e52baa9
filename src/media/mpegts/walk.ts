import { readPacket } from './packets.ts'
import { SEARCH_BYTES, type TransportState } from './state.ts'

/** ISO/IEC 13818-1 section 2.4.3.2: every packet begins with it. */
const SYNC_BYTE = 0x47

/** Plain packets; packets after a timestamp of four bytes, as on camcorders; packets with Reed-Solomon parity. */
const PACKET_BYTES = [188, 192, 204]
const TIMESTAMPED_BYTES = 192
const TIMESTAMP_BYTES = 4

/** Reads the next packets, or looks for packets in step: at the beginning, and wherever bytes are lost. */
export function stepTransportStream(state: TransportState, bytes: Uint8Array, at: number, end: number): number {
  if (state.packetBytes === 0) return findPackets(state, bytes, at)
  let next = at
  for (; next + state.packetBytes <= end; next += state.packetBytes) {
    const sync = next + syncOffset(state.packetBytes)
    if (bytes[sync] !== SYNC_BYTE) {
      state.packetBytes = 0
      state.need = SEARCH_BYTES
      break
    }
    readPacket(state, bytes, sync)
  }
  return next - at
}

function findPackets(state: TransportState, bytes: Uint8Array, at: number): number {
  for (let sync = at; sync < at + Math.max(...PACKET_BYTES); sync++) {
    const packetBytes = PACKET_BYTES.find((distance) => isInStep(bytes, sync, distance))
    if (packetBytes === undefined) continue
    state.packetBytes = packetBytes
    state.need = packetBytes
    readPacket(state, bytes, sync)
    return sync - at + packetBytes - syncOffset(packetBytes)
  }
  return Math.max(...PACKET_BYTES)
}

function isInStep(bytes: Uint8Array, sync: number, distance: number): boolean {
  return [0, 1, 2].every((packet) => bytes[sync + packet * distance] === SYNC_BYTE)
}

function syncOffset(packetBytes: number): number {
  return packetBytes === TIMESTAMPED_BYTES ? TIMESTAMP_BYTES : 0
}
