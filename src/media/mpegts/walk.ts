import type { NextStep, Steps } from '../step-reader.ts'
import { canOnlyCount, readPacket } from './packets.ts'
import type { TransportState } from './state.ts'

/** ISO/IEC 13818-1 section 2.4.3.2: every packet begins with it. */
const SYNC_BYTE = 0x47
/** Of the byte after that one: a unit of a stream begins in the packet. */
const STARTS_UNIT = 0x40

/** Plain packets; packets after a timestamp of four bytes, as on camcorders; packets with Reed-Solomon parity. */
const PACKET_BYTES = [188, 192, 204]
const TIMESTAMPED_BYTES = 192
const TIMESTAMP_BYTES = 4
const LONGEST_BYTES: number = Math.max(...PACKET_BYTES)

export type TransportStep = 'search' | 'packets'

/** Looks at enough bytes to see three packets in step wherever the first of the longest kind begins. */
export const FIRST_STEP: NextStep<TransportStep> = { step: 'search', take: 3 * LONGEST_BYTES + 1 }

/** A step looks for packets in step, at the beginning and wherever bytes are lost, or reads the packets at hand. */
export const TRANSPORT_STEPS: Steps<TransportState, TransportStep> = {
  search(bytes, state) {
    for (let sync = 0; sync < LONGEST_BYTES; sync++) {
      const packetBytes = PACKET_BYTES.find((distance) => isInStep(bytes, sync, distance))
      if (packetBytes === undefined) continue
      state.packetBytes = packetBytes
      readPacket(state, bytes, sync)
      return nextPackets(packetBytes, sync - syncOffset(packetBytes) + packetBytes - bytes.length)
    }
    return { ...FIRST_STEP, skip: LONGEST_BYTES - bytes.length }
  },
  packets(bytes, state) {
    const { packetBytes } = state
    const first = syncOffset(packetBytes)
    const last = first + bytes.length - packetBytes
    for (let sync = first; ; sync += packetBytes) {
      if (canOnlyCount(state)) sync = passContinued(bytes, sync, last, packetBytes)
      if (sync > last) return nextPackets(packetBytes, sync - first - bytes.length)
      if (bytes[sync] !== SYNC_BYTE) return { ...FIRST_STEP, skip: sync - first - bytes.length }
      readPacket(state, bytes, sync)
    }
  },
}

/** Passes over packets that continue a unit, as most do. Returns where the first other one begins, or no packet. */
function passContinued(bytes: Uint8Array, from: number, last: number, packetBytes: number): number {
  let sync = from
  while (sync <= last && bytes[sync] === SYNC_BYTE && ((bytes[sync + 1] ?? 0) & STARTS_UNIT) === 0) sync += packetBytes
  return sync
}

function nextPackets(packetBytes: number, skip: number): NextStep<TransportStep> {
  return { step: 'packets', take: packetBytes, skip, ahead: true }
}

function isInStep(bytes: Uint8Array, sync: number, distance: number): boolean {
  return [0, 1, 2].every((packet) => bytes[sync + packet * distance] === SYNC_BYTE)
}

function syncOffset(packetBytes: number): number {
  return packetBytes === TIMESTAMPED_BYTES ? TIMESTAMP_BYTES : 0
}
