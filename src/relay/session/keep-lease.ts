import { XMediaError } from '../../errors.ts'
import { LEASE_MS, type Lease } from '../../store/sessions.ts'
import type { Clock } from '../../x/clock.ts'

/** How often a lease is prolonged, milliseconds: a fifth of what it lasts. */
const BEAT_MS = 1000

export interface LeaseKeeper {
  /** Whether the session is given up when another request wants it. */
  yields: () => boolean
  /** Called when the session is another's, or as good as. */
  onLost: (reason: unknown) => void
}

/** Prolongs a lease until it is told to stop. */
export function keepLease(lease: Lease, clock: Clock, { yields, onLost }: LeaseKeeper): () => void {
  let stopped = false
  let heldUntil = clock.now() + LEASE_MS
  let callOff = clock.after(BEAT_MS, beat)

  function beat(): void {
    const until = clock.now() + LEASE_MS
    lease.renew().then(
      (isWanted) => {
        if (stopped) return
        heldUntil = until
        if (isWanted && yields()) onLost(new XMediaError('upload_locked', 'Another request goes on with this upload.'))
        else callOff = clock.after(BEAT_MS, beat)
      },
      (error: unknown) => {
        if (stopped) return
        const isLost = error instanceof XMediaError && error.code === 'upload_locked'
        // A store that fails once takes nothing away: the lease is ours as long as it lasts.
        if (isLost || clock.now() + BEAT_MS >= heldUntil) onLost(error)
        else callOff = clock.after(BEAT_MS, beat)
      },
    )
  }

  return () => {
    stopped = true
    callOff()
  }
}
