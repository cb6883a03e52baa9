import type { Store } from '../../src/index.ts'
import { type Checks, runChecks } from './checks.ts'
import { COMPAT_RECORD_CHECKS } from './compat-record-checks.ts'
import { MEDIA_RECORD_CHECKS, TICKET_CHECKS } from './media-record-checks.ts'
import { atTimeOfReading } from './records.ts'
import { RESUMABLE_RECORD_CHECKS } from './resumable-record-checks.ts'

/** The checks that need a record of 0.1.0. */
export const RECORD_CHECKS: Checks<Store> = {
  ...RESUMABLE_RECORD_CHECKS,
  ...COMPAT_RECORD_CHECKS,
  ...MEDIA_RECORD_CHECKS,
}

const ALL: Checks<Store> = { ...RECORD_CHECKS, ...TICKET_CHECKS }

/** Runs checks on a store that 0.1.0 wrote, all or those of these names. Resolves to the errors by the names of the checks. */
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
