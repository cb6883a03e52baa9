import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { LEASE_MS, type Lease } from './record.ts'

/** How often a lease is prolonged, milliseconds: a fifth of what it lasts. */
const BEAT_MS = 1000

export interface HeartbeatOptions {
  /** Whether the session is given up when another request wants it. */
  yields: () => boolean
  /** Called when the session is another's, or as good as. */
  onLost: (reason: unknown) => void
}

/** Prolongs a lease until it is told to stop. */
export function keepLeaseAlive(lease: Lease, clock: Clock, { yields, onLost }: HeartbeatOptions): () => void {
  let stopped = false
  let heldUntil = clock.now() + LEASE_MS
  let cancelTimer = clock.after(BEAT_MS, beat)

  function beat(): void {
    const until = clock.now() + LEASE_MS
    lease.renew().then(
      (isWanted) => {
        if (stopped) return
        heldUntil = until
        if (isWanted && yields()) onLost(new XMediaError('upload_locked', 'Another request goes on with this upload.'))
        else cancelTimer = clock.after(BEAT_MS, beat)
      },
      (error: unknown) => {
        if (stopped) return
        const isLost = error instanceof XMediaError && error.code === 'upload_locked'
        // A store that fails once takes nothing away: the lease is ours as long as it lasts.
        if (isLost || clock.now() + BEAT_MS >= heldUntil) onLost(error)
        else cancelTimer = clock.after(BEAT_MS, beat)
      },
    )
  }

  return () => {
    stopped = true
    cancelTimer()
  }
}
