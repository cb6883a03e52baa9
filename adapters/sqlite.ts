import { sleep, systemClock } from '../src/lib/clock.ts'
import { isRecord } from '../src/lib/is-record.ts'
import type { Store } from '../src/store/store.ts'

/** The part of `node:sqlite` and `bun:sqlite` that the store uses. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): { get(...values: (string | number)[]): unknown }
}

export interface SqliteStoreOptions {
  /** Table name: letters, digits and `_`. The table is created when it does not exist. Default `x_media`. */
  table?: string
}

/**
 * How long a call waits while another process holds the lock, in milliseconds: a little less than a call to a store may
 * take, so that nothing is written after its request has failed.
 */
const MAX_WAIT_MS = 4500

/** The pause before the second attempt, in milliseconds; it doubles with each one. SQLite itself begins and ends so too. */
const FIRST_PAUSE_MS = 1
const MAX_PAUSE_MS = 50

/** The most expired texts to remove with one new text: removing many at once would block the event loop. */
const MAX_REMOVED = 100

/**
 * A store in a SQLite database, which the processes of one machine can share. On Node, pass a `DatabaseSync` of
 * `node:sqlite`: `sqliteStore(new DatabaseSync('uploads.db'))`; on Bun, a `Database` of `bun:sqlite`. Throws a
 * `TypeError` when the table name is not valid.
 *
 * Use a connection for the store alone: its `busy_timeout` becomes 0. While another process holds the lock, writes are
 * tried again for up to 4.5 s, and the event loop goes on meanwhile.
 */
export function sqliteStore(database: SqliteDatabase, { table = 'x_media' }: SqliteStoreOptions = {}): Store {
  if (!/^[A-Za-z_]\w*$/.test(table))
    throw new TypeError('table must start with a letter or _ and have only letters, digits and _')
  let prepared: Statements | undefined
  const statements = () => (prepared ??= prepareStatements(database, table))
  try {
    statements()
  } catch (error) {
    // The first call to the store tries again.
    if (!isLocked(error)) throw error
  }

  function read(key: string): string | undefined {
    const row = statements().select.get(key, Date.now())
    return typeof row === 'object' && row !== null && 'text' in row ? String(row.text) : undefined
  }

  return {
    get: (key) => retryWhileLocked(() => read(key)),
    compareAndSwap: (key, before, after, expiresAt) =>
      retryWhileLocked(() => {
        const { insert, update, remove, expire } = statements()
        const now = Date.now()
        if (before !== undefined) {
          return isRow(
            after === undefined ? remove.get(key, now, before) : update.get(after, expiresAt, key, now, before),
          )
        }
        expire.get(now)
        return after === undefined ? read(key) === undefined : isRow(insert.get(key, after, expiresAt, now))
      }),
  }
}

type Statement = ReturnType<SqliteDatabase['prepare']>
type Statements = Readonly<Record<'select' | 'insert' | 'update' | 'remove' | 'expire', Statement>>

/** Creates the table if need be. */
function prepareStatements(database: SqliteDatabase, table: string): Statements {
  // With a timeout, SQLite would wait inside a call, and block the event loop.
  // https://sqlite.org/wal.html: readers do not wait for the writer.
  database.exec(`PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`)
  const isLive = 'key = ? AND expires_at > ?'
  return {
    select: database.prepare(`SELECT text FROM ${table} WHERE ${isLive}`),
    insert: database.prepare(`INSERT INTO ${table} (key, text, expires_at) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at WHERE expires_at <= ?
      RETURNING key`),
    update: database.prepare(`UPDATE ${table} SET text = ?, expires_at = ? WHERE ${isLive} AND text = ? RETURNING key`),
    remove: database.prepare(`DELETE FROM ${table} WHERE ${isLive} AND text = ? RETURNING key`),
    expire: database.prepare(`DELETE FROM ${table} WHERE key IN
      (SELECT key FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${MAX_REMOVED})`),
  }
}

/** Runs `call` until SQLite does not refuse it for a lock, and lets other work run between the attempts. */
async function retryWhileLocked<Result>(call: () => Result): Promise<Result> {
  const giveUpAt = systemClock.now() + MAX_WAIT_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      return call()
    } catch (error) {
      if (!isLocked(error) || systemClock.now() + pauseMs > giveUpAt) throw error
    }
    await sleep(systemClock, pauseMs)
  }
}

/** `SQLITE_BUSY`, in the low byte of an extended code: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/** Whether SQLite failed because another process holds a lock. Its code is `errcode` on Node, and `errno` on Bun. */
function isLocked(error: unknown): boolean {
  if (!isRecord(error)) return false
  const code = error['errcode'] ?? error['errno']
  return typeof code === 'number' && (code & 0xff) === SQLITE_BUSY
}

/** Without a row, Node returns undefined and Bun null. */
function isRow(row: unknown): boolean {
  return row !== undefined && row !== null
}
