import { XMediaError } from '../errors.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { CompatInstance } from './request.ts'
import type { CompatUpload } from './upload-record.ts'

/**
 * The exclusive right to a step of an upload: to send the segment of an index, or to finalize. Without it, X could get
 * FINALIZE twice, or while it still receives a segment. A claim ends when it is settled, or when its server has crashed.
 */
export interface Claim {
  /** The upload before the step. */
  before: CompatUpload
  /**
   * Ends the claim and replaces the upload by the outcome of `change`. It may have lost the claim by then, if its server
   * stood still: then `isHeld` is false, and another request may have taken the step since.
   */
  settle(change: (current: CompatUpload, isHeld: boolean) => CompatUpload): Promise<CompatUpload>
}

/** A step to claim: the index of a segment, or `finalize`. */
export interface ClaimedStep {
  mediaId: string
  name: string
  /** Checks that the step may be taken now, and records it. */
  start(current: CompatUpload): CompatUpload
  /** Whether nothing is left to do. */
  isDone(upload: CompatUpload): boolean
}

/** How long a claim lasts unless it is renewed, milliseconds. */
const CLAIM_MS = 5000

/** How often to renew it, milliseconds. */
const RENEW_MS = CLAIM_MS / 5

/** How long to wait for another request's claim, milliseconds: the time that one call to X may take by default. */
const MAX_WAIT_MS = 30_000

/** The pause before the second try, milliseconds; it doubles with each try. */
const FIRST_PAUSE_MS = 20
const MAX_PAUSE_MS = 320

/**
 * Claims a step, after it has waited for another request that is taking it. Resolves without a claim when the step is done.
 * Throws `upload_locked` after 30 s.
 */
export async function claimStep(
  step: ClaimedStep,
  instance: Pick<CompatInstance, 'clock' | 'compatUploads'>,
): Promise<{ upload: CompatUpload; claim?: Claim }> {
  const { clock, compatUploads } = instance
  const { mediaId, name, start, isDone } = step
  const token = crypto.randomUUID()
  const giveUpAt = clock.now() + MAX_WAIT_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const found: { before?: CompatUpload } = {}
    const upload = await compatUploads.change(mediaId, (current) => {
      const now = clock.now()
      delete found.before
      if ((current.claims?.[name]?.[1] ?? 0) > now) return current
      const next = start(current)
      if (isDone(next)) return next
      found.before = current
      return { ...next, claims: { ...next.claims, [name]: [token, now + CLAIM_MS] } }
    })
    const { before } = found
    if (before) return { upload, claim: createClaim(step, { token, before }, instance) }
    if (isDone(upload)) return { upload }
    if (clock.now() >= giveUpAt) throw stillBusy()
    await sleep(clock, pauseMs)
  }
}

function createClaim(
  { mediaId, name }: ClaimedStep,
  { token, before }: { token: string; before: CompatUpload },
  { clock, compatUploads }: Pick<CompatInstance, 'clock' | 'compatUploads'>,
): Claim {
  const isOurs = ({ claims }: CompatUpload) => claims?.[name]?.[0] === token

  const stopRenewing = keepRenewing(clock, async () => {
    await compatUploads.change(mediaId, (current) => {
      if (!isOurs(current)) return current
      return { ...current, claims: { ...current.claims, [name]: [token, clock.now() + CLAIM_MS] } }
    })
  })

  return {
    before,
    async settle(change) {
      stopRenewing()
      return await compatUploads.change(mediaId, (current) => {
        const isHeld = isOurs(current)
        const next = change(current, isHeld)
        if (!isHeld) return next
        const { [name]: _, ...claims } = next.claims ?? {}
        return { ...next, claims }
      })
    },
  }
}

/** Calls `renew` every `RENEW_MS`, whether it succeeds or not, until the function that it returns is called. */
function keepRenewing(clock: Clock, renew: () => Promise<void>): () => void {
  let isStopped = false
  let cancelTimer = clock.after(RENEW_MS, run)

  function run(): void {
    renew()
      .catch(() => {})
      .finally(() => {
        if (!isStopped) cancelTimer = clock.after(RENEW_MS, run)
      })
  }

  return () => {
    isStopped = true
    cancelTimer()
  }
}

function stillBusy(): XMediaError {
  return new XMediaError('upload_locked', 'Another request is doing the same to this upload; try again in a second.', {
    retryAfterSecs: 1,
  })
}
