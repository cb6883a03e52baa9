/** ISO/IEC 13818-1 section 2.4.3.2: every packet begins with it. */
const SYNC_BYTE = 0x47

/** Plain packets; packets after a timestamp of four bytes, as on camcorders and Blu-ray discs; packets with Reed-Solomon parity. */
const PACKET_BYTES = [188, 192, 204]

/** So many packets in step are no accident: one head of random bytes in a hundred million has them. */
const PACKETS_IN_STEP = 5

/** A file too short for that needs so many, in step from its first packet to its end. */
const LEAST_PACKETS = 3

/** Whether packets of one size follow each other. A recording may begin in the middle of one, and may have lost bytes. */
export function isTransportStream(head: Uint8Array): boolean {
  return PACKET_BYTES.some((bytes) => head.some((byte, start) => byte === SYNC_BYTE && isInStep(head, start, bytes)))
}

function isInStep(head: Uint8Array, start: number, packetBytes: number): boolean {
  const available = Math.ceil((head.length - start) / packetBytes)
  const isFirst = start < packetBytes
  const needed = isFirst ? Math.max(LEAST_PACKETS, Math.min(available, PACKETS_IN_STEP)) : PACKETS_IN_STEP
  for (let packet = 1; packet < needed; packet++) if (head[start + packet * packetBytes] !== SYNC_BYTE) return false
  return true
}
