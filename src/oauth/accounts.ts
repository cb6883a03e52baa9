import { generateRandomState } from 'oauth4webapi'
import type { Clock } from '../lib/clock.ts'
import { isRecord } from '../lib/is-record.ts'
import { type Store, update } from '../store/store.ts'
import { formatVersioned, parseVersioned } from '../store/versioned-record.ts'
import type { Keyring } from './keyring.ts'
import { openText, sealText } from './sealed-text.ts'

/** The tokens of a user. */
export interface UserTokens {
  accessToken: string
  /** Works once. Missing without the scope `offline.access`. */
  refreshToken?: string
  /** When the access token expires, epoch milliseconds. */
  expiresAt: number
}

/** Who has signed in with a browser, as its cookie says. */
export interface Session {
  subject: string
  /** The `session` of the account, without which the cookie is worth nothing. */
  session: string
}

/** What the store keeps of a user who has signed in. */
interface AccountRecord {
  /** Session cookies carry it. It changes when the user signs out, which ends all of them. */
  session: string
  /** The tokens, encrypted. Never the same text twice, so it names the pair. */
  sealed: string
  /** Whether X has refused the refresh token. */
  isRevoked: boolean
  /** Until when one request alone may refresh the tokens, epoch milliseconds. */
  leasedUntil: number
}

/** A record as it was read. */
export interface Account extends AccountRecord {
  readonly subject: string
  /** The record as the store has it. */
  readonly text: string
}

/** The users who have signed in. */
export interface Accounts {
  find(subject: string): Promise<Account | undefined>
  /** The account of a session; undefined when the user has signed out since. */
  findBySession(session: Session | undefined): Promise<Account | undefined>
  /** Saves the tokens of a new sign-in in the place of older ones. */
  signIn(subject: string, tokens: UserTokens): Promise<Session>
  /** Forgets a user, and resolves to the account as it was. */
  remove(subject: string): Promise<Account | undefined>
  /** Changes an account. Resolves to undefined, and changes nothing, when another request has changed it since. */
  change(account: Account, changes: Partial<AccountRecord>): Promise<Account | undefined>
  seal(subject: string, tokens: UserTokens): Promise<string>
  /** The tokens of an account; undefined when no key opens them. */
  open(account: Account): Promise<UserTokens | undefined>
}

/** How long the store keeps an account without a refresh: X's refresh tokens last some six months. */
const LIFETIME_MS = 200 * 24 * 60 * 60 * 1000

const VERSION = 1

/** @param clientId Part of the keys: X's tokens are no use to another app that shares the store. */
export function createAccounts(store: Store, keyring: Keyring, clientId: string, clock: Pick<Clock, 'now'>): Accounts {
  const keyOf = (subject: string) => `x-account:${clientId}:${subject}`
  const expiresAt = () => clock.now() + LIFETIME_MS

  const accounts: Accounts = {
    async find(subject) {
      const text = await store.get(keyOf(subject))
      const record = text === undefined ? undefined : parseRecord(text)
      return text === undefined || record === undefined ? undefined : { ...record, subject, text }
    },
    async findBySession(session) {
      const account = session && (await accounts.find(session.subject))
      return account?.session === session?.session ? account : undefined
    },
    async signIn(subject, tokens) {
      const sealed = await accounts.seal(subject, tokens)
      let session = generateRandomState()
      await update(store, keyOf(subject), (before) => {
        const known = before === undefined ? undefined : parseRecord(before)
        // Other browsers of the user stay signed in, unless X had ended the access.
        if (known?.isRevoked === false) session = known.session
        return { text: formatRecord({ session, sealed, isRevoked: false, leasedUntil: 0 }), expiresAt: expiresAt() }
      })
      return { subject, session }
    },
    async remove(subject) {
      for (;;) {
        const account = await accounts.find(subject)
        const isRemoved =
          account === undefined || (await store.compareAndSwap(keyOf(subject), account.text, undefined, 0))
        if (isRemoved) return account
      }
    },
    async change({ subject, text: before, session, sealed, isRevoked, leasedUntil }, changes) {
      const record = { session, sealed, isRevoked, leasedUntil, ...changes }
      const text = formatRecord(record)
      const isChanged = await store.compareAndSwap(keyOf(subject), before, text, expiresAt())
      return isChanged ? { ...record, subject, text } : undefined
    },
    seal: (subject, tokens) => sealText(JSON.stringify(tokens), keyOf(subject), keyring),
    async open({ subject, sealed }) {
      const text = await openText(sealed, keyOf(subject), keyring)
      const tokens: unknown = text === undefined ? undefined : JSON.parse(text)
      return isUserTokens(tokens) ? tokens : undefined
    },
  }
  return accounts
}

function formatRecord(record: AccountRecord): string {
  return formatVersioned(VERSION, record)
}

function parseRecord(text: string): AccountRecord | undefined {
  const record = parseVersioned(text, VERSION)?.members
  return isAccountRecord(record) ? record : undefined
}

function isAccountRecord(value: unknown): value is AccountRecord {
  if (!isRecord(value)) return false
  const { session, sealed, isRevoked, leasedUntil } = value
  return (
    typeof session === 'string' &&
    typeof sealed === 'string' &&
    typeof isRevoked === 'boolean' &&
    typeof leasedUntil === 'number'
  )
}

function isUserTokens(value: unknown): value is UserTokens {
  if (!isRecord(value)) return false
  const { accessToken, refreshToken, expiresAt } = value
  const hasRefreshToken = refreshToken === undefined || typeof refreshToken === 'string'
  return typeof accessToken === 'string' && hasRefreshToken && typeof expiresAt === 'number'
}
