import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from './store.ts'

/** A store that has not answered after so many milliseconds is taken for one that fails. */
const TIMEOUT_MS = 5000

/** A store whose failures, and whose silence, are `store_unavailable`: nothing waits for it for ever. */
export function guardedStore(store: Store, clock: Clock): Store {
  function guarded<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const fail = (cause?: unknown) =>
        reject(new XMediaError('store_unavailable', 'The store of this server does not work.', { cause }))
      const cancelTimer = clock.after(TIMEOUT_MS, fail)
      // A store that is not async throws at once.
      Promise.resolve().then(work).then(resolve, fail).finally(cancelTimer)
    })
  }

  return {
    get: (key) => guarded(() => store.get(key)),
    compareAndSwap: (...swap) => guarded(() => store.compareAndSwap(...swap)),
  }
}
