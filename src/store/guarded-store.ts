import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from './store.ts'

/** The longest time that a call to the store may take, in milliseconds. */
const TIMEOUT_MS = 5000

/** Wraps a store so that a call that fails, or takes longer than 5 s, rejects with `store_unavailable`. */
export function guardedStore(store: Store, clock: Clock): Store {
  function guard<Result>(call: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const fail = (cause?: unknown) => reject(storeUnavailable(cause))
      const cancelTimer = clock.after(TIMEOUT_MS, fail)
      // The app's own store may throw instead of rejecting.
      Promise.resolve().then(call).then(resolve, fail).finally(cancelTimer)
    })
  }

  return {
    get: (key) => guard(() => store.get(key)),
    compareAndSwap: (...swap) => guard(() => store.compareAndSwap(...swap)),
  }
}

function storeUnavailable(cause: unknown): XMediaError {
  return new XMediaError('store_unavailable', 'The store of this server failed or did not answer; try again later.', {
    cause,
  })
}
