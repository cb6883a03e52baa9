/**
 * Frees a buffer's memory at once; the buffer cannot be used afterwards. The garbage collector would free it much later, or
 * run for every 16 MiB and cost CPU time. Runtimes older than ES2024 cannot free a buffer and leave it to the collector.
 */
export function freeBuffer(buffer: ArrayBuffer): void {
  if (CAN_TRANSFER) buffer.transfer(0)
}

const CAN_TRANSFER: boolean = 'transfer' in ArrayBuffer.prototype

/** Copies `bytes` to the start of a new array of `length` bytes; the rest is zero. */
export function copyToLarger(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length)
  larger.set(bytes)
  return larger
}
