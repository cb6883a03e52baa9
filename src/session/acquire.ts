import { XMediaError } from '../errors.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import { type Lease, type Sessions, WAIT_MS } from './record.ts'

/** The first pause before asking again, which doubles, and the longest one, milliseconds. */
const ASK_AGAIN_MS = 20
const ASK_AGAIN_AT_MOST_MS = 320

/**
 * Takes a subject's session for this request. Undefined when there is none, or it is another's; throws `upload_locked` when
 * another request is at work on it.
 */
export async function acquireLease(
  sessions: Sessions,
  id: string,
  subject: string,
  clock: Clock,
): Promise<Lease | undefined> {
  // Long enough for one whose holder is silent to become free.
  const until = clock.now() + WAIT_MS
  const session = await sessions.read(id)
  if (session?.subject !== subject) return undefined
  for (let pauseMs = ASK_AGAIN_MS; ; pauseMs = Math.min(2 * pauseMs, ASK_AGAIN_AT_MOST_MS)) {
    const lease = await sessions.lease(id)
    if (lease !== 'held') return lease
    if (clock.now() >= until) {
      throw new XMediaError('upload_locked', 'Another request is sending this upload; try again when it has ended.', {
        retryAfterSecs: 1,
      })
    }
    await sleep(clock, pauseMs)
  }
}
