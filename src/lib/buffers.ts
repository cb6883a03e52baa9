/**
 * Lets go of a buffer's memory at once, which nobody may use afterwards: the garbage collector would come for every
 * 16 MiB, or much later. Older runtimes, without ES2024, leave it to that.
 */
export function free(buffer: ArrayBuffer): void {
  if (CAN_TRANSFER) buffer.transfer(0)
}

const CAN_TRANSFER: boolean = 'transfer' in ArrayBuffer.prototype
