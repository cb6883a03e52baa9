/** Estimates how long the rest of something takes. */
export interface Pace {
  /** Notes where it stands after a start or an interruption, whose time does not count. */
  startFrom(done: number): void
  /** Notes how much is done, and returns the seconds that the rest takes. Undefined while that is unknown. */
  advance(done: number, total: number): number | undefined
}

export function createPace(): Pace {
  let last: { at: number; done: number } | undefined
  let msPerUnit: number | undefined

  return {
    startFrom(done) {
      last = { at: Date.now(), done }
    },
    advance(done, total) {
      const at = Date.now()
      if (last && done > last.done) {
        const latest = (at - last.at) / (done - last.done)
        msPerUnit = msPerUnit === undefined ? latest : (msPerUnit + latest) / 2
      }
      if (!last || done > last.done) last = { at, done }
      return msPerUnit === undefined ? undefined : Math.ceil(((total - done) * msPerUnit) / 1000)
    },
  }
}
