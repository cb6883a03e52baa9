import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { LEASE_MS, type Lease, leaseLost } from './lease.ts'

/** How often to renew a lease, in milliseconds: a fifth of how long it lasts. */
const RENEW_MS = LEASE_MS / 5

export interface HeartbeatOptions {
  /** Whether to give the lease up to a request that waits for it. */
  givesWay: () => boolean
  /** Called once, when the lease is lost, given up, or about to run out. */
  onLost: (reason: unknown) => void
}

/** Renews a lease until the function it returns is called. */
export function keepLeaseAlive(lease: Lease, clock: Clock, { givesWay, onLost }: HeartbeatOptions): () => void {
  let stopped = false
  let leasedUntil = clock.now() + LEASE_MS
  let cancelTimer = clock.after(RENEW_MS, renew)

  function renewLater(): void {
    cancelTimer = clock.after(RENEW_MS, renew)
  }

  function renew(): void {
    const until = clock.now() + LEASE_MS
    lease.renew().then(
      (isWanted) => {
        if (stopped) return
        leasedUntil = until
        if (isWanted && givesWay()) onLost(leaseLost())
        else renewLater()
      },
      (error: unknown) => {
        if (stopped) return
        const isLost = error instanceof XMediaError && error.code === 'upload_locked'
        // When the store fails, the lease still holds until its time is up.
        if (isLost || clock.now() + RENEW_MS >= leasedUntil) onLost(error)
        else renewLater()
      },
    )
  }

  return () => {
    stopped = true
    cancelTimer()
  }
}
