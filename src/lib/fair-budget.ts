/** How many subjects that have nothing yet find a share that nobody else can take. */
export const NEWCOMERS = 16

/** That share, of the whole budget. Sixteen of them are half of it; the other half is for whoever comes first. */
const NEWCOMER_SHARE = 1 / 32

/** Divides a limited amount among subjects, so that those who have much leave something for those who have nothing. */
export interface FairBudget {
  /** How much more a subject can take. Nothing is kept from `undefined`, the app itself. */
  available(subject: string | undefined): number
  /** Takes an amount; false, without a change, when it is not available. */
  take(subject: string | undefined, amount: number): boolean
  /** Gives back an amount that was taken. */
  give(subject: string | undefined, amount: number): void
  /** How much a subject has. */
  heldBy(subject: string | undefined): number
  /** How much all of them have. */
  readonly used: number
}

/** What a subject has: all of it in the common half, or all of it in a newcomer's share. */
interface Account {
  held: number
  isNewcomer: boolean
}

const NO_ACCOUNT: Account = { held: 0, isNewcomer: false }

export function createFairBudget(total: number): FairBudget {
  const accounts = new Map<string | undefined, Account>()
  const share = Math.floor(total * NEWCOMER_SHARE)
  const common = total - NEWCOMERS * share
  let used = 0
  let commonUsed = 0
  let newcomers = 0

  const accountOf = (subject: string | undefined) => accounts.get(subject) ?? NO_ACCOUNT

  /** The most that a subject can have in the common half. */
  const commonLimit = ({ held, isNewcomer }: Account) => common - commonUsed + (isNewcomer ? 0 : held)

  function available(subject: string | undefined): number {
    const free = total - used
    if (subject === undefined) return free
    const account = accountOf(subject)
    const newcomerLimit = account.isNewcomer || newcomers < NEWCOMERS ? share : 0
    return Math.min(free, Math.max(0, Math.max(commonLimit(account), newcomerLimit) - account.held))
  }

  function settle(subject: string | undefined, held: number): void {
    const before = accountOf(subject)
    // A share is the last resort, so that as many as possible are left for those who come next.
    const needsShare = subject !== undefined && held > 0 && held <= share && held > commonLimit(before)
    const isNewcomer = needsShare && (before.isNewcomer || held > before.held)
    used += held - before.held
    commonUsed += (isNewcomer ? 0 : held) - (before.isNewcomer ? 0 : before.held)
    newcomers += Number(isNewcomer) - Number(before.isNewcomer)
    if (held > 0) accounts.set(subject, { held, isNewcomer })
    else accounts.delete(subject)
  }

  return {
    available,
    take(subject, amount) {
      if (!(amount <= available(subject))) return false
      settle(subject, accountOf(subject).held + amount)
      return true
    },
    give: (subject, amount) => settle(subject, accountOf(subject).held - amount),
    heldBy: (subject) => accountOf(subject).held,
    get used() {
      return used
    },
  }
}
