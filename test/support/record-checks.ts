import type { Store } from '../../src/index.ts'
import { type Checks, runChecks } from './checks.ts'
import { COMPAT_RECORD_CHECKS } from './compat-record-checks.ts'
import { MEDIA_RECORD_CHECKS, TICKET_CHECKS } from './media-record-checks.ts'
import { atTimeOfReading } from './records.ts'
import { RESUMABLE_RECORD_CHECKS } from './resumable-record-checks.ts'

/** What needs something that 0.1.0 wrote. */
export const RECORD_CHECKS: Checks<Store> = {
  ...RESUMABLE_RECORD_CHECKS,
  ...COMPAT_RECORD_CHECKS,
  ...MEDIA_RECORD_CHECKS,
}

const ALL: Checks<Store> = { ...RECORD_CHECKS, ...TICKET_CHECKS }

/** Runs the checks on a store with what 0.1.0 wrote, all or those of these names; what is wrong by the check's name. */
export function checkRecords(
  store: Store,
  names: readonly string[] = Object.keys(ALL),
): Promise<Record<string, string>> {
  const wanted = Object.fromEntries(names.map((name) => [name, ALL[name] ?? missing]))
  return atTimeOfReading(() => runChecks(wanted, store))
}

async function missing(): Promise<void> {
  throw new TypeError('there is no such check')
}
