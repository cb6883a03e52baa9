import type { XMediaOptions } from '../src/index.ts'
import { type Counters, instanceOf } from '../src/instance.ts'

/** What the requests of these options hold at the moment, for the tests of this package. */
export function readCounters(options: XMediaOptions): Counters {
  return instanceOf(options).counters()
}
