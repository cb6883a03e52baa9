/** The emulator's time: the host's, moved forward at will. Nothing in the emulator sets a timer. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  advance(seconds: number): void
}

export function createClock(source: () => number): Clock {
  let offset = 0
  return {
    now: () => source() + offset,
    advance(seconds) {
      offset += seconds * 1000
    },
  }
}
