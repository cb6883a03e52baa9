import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'

/** What happens to the calls that a server makes to its store and to X. */
export interface CallFaults<Fault extends string> {
  /** The call that goes wrong, and whether it still worked. */
  faultyCall: number
  succeeds: boolean
  fault: Fault | 'none'
  /** How many turns of the event loop the calls take, in their order. */
  turns: number[]
}

/** Generates faults of these kinds, in one of the first `maxCall` calls. */
export function faultsIn<Fault extends string>(
  maxCall: number,
  ...kinds: Fault[]
): { [Name in keyof CallFaults<Fault>]: fc.Arbitrary<CallFaults<Fault>[Name]> } {
  return {
    faultyCall: fc.integer({ min: 0, max: maxCall }),
    succeeds: fc.boolean(),
    fault: fc.constantFrom<Fault | 'none'>('none', ...kinds),
    turns: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 7 }),
  }
}

/** What a crashed server gets for everything it still tries: no answer. */
const NEVER = new Promise<never>(() => {})

/** Makes calls that take their turns, fail, or end with the crash of the server. */
export interface FaultyCalls {
  /** @param refuse The answer of a call that is refused. Calls without one never are. */
  make<Result>(call: () => Promise<Result>, refuse?: () => Result): Promise<Result>
  crashed: Promise<void>
}

export function createFaultyCalls({
  faultyCall,
  succeeds,
  fault,
  turns,
}: CallFaults<'crash' | 'failure' | 'refusal'>): FaultyCalls {
  let calls = 0
  const crashed = Promise.withResolvers<void>()
  return {
    crashed: crashed.promise,
    async make(call, refuse) {
      const index = calls++
      for (let left = turns[index % turns.length] ?? 0; left > 0; left--) await turn()
      if (fault === 'crash' && index > faultyCall) return await NEVER
      if (fault === 'none' || index !== faultyCall) return await call()
      if (fault === 'refusal' && refuse) return refuse()
      if (succeeds) await call()
      if (fault !== 'crash') throw new TypeError('the connection was lost')
      crashed.resolve()
      return await NEVER
    },
  }
}
