import type { TransformMemory } from './media-check.ts'

/** What the images that one upload holds whole count in the memory that all uploads share. */
export interface HeldMemory {
  /** Counts so many bytes instead of those before. Throws `overloaded` when they are not left for the subject. */
  hold(bytes: number): void
  /** Counts nothing from now on. */
  close(): void
}

/** @param signal Closes the memory too: a transform may go on after its upload has ended. */
export function openHeldMemory(pool: TransformMemory, subject: string | undefined, signal: AbortSignal): HeldMemory {
  let reservation: ReturnType<TransformMemory['reserve']> | undefined
  let isOpen = !signal.aborted

  function close(): void {
    isOpen = false
    signal.removeEventListener('abort', close)
    reservation?.close()
  }
  signal.addEventListener('abort', close)

  return {
    hold(bytes) {
      if (!isOpen) return
      reservation?.close()
      reservation = pool.reserve(bytes, subject)
    },
    close,
  }
}
