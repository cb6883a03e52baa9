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

/** How long to wait while another process writes, milliseconds. */
const BUSY_MS = 5000

/**
 * A store in a SQLite database, which the processes of one machine can share. On Node, pass a `DatabaseSync` of
 * `node:sqlite`: `sqliteStore(new DatabaseSync('uploads.db'))`; on Bun, a `Database` of `bun:sqlite`. Throws a
 * `TypeError` when the table name is not valid.
 */
export function sqliteStore(database: SqliteDatabase, { table = 'x_media' }: SqliteStoreOptions = {}): Store {
  if (!/^[A-Za-z_]\w*$/.test(table))
    throw new TypeError('table must start with a letter or _ and have only letters, digits and _')
  // https://sqlite.org/wal.html: readers do not wait for the writer.
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`)
  const isLive = 'key = ? AND expires_at > ?'
  const select = database.prepare(`SELECT text FROM ${table} WHERE ${isLive}`)
  const insert = database.prepare(`INSERT INTO ${table} (key, text, expires_at) VALUES (?, ?, ?)
    ON CONFLICT DO NOTHING RETURNING key`)
  const update = database.prepare(
    `UPDATE ${table} SET text = ?, expires_at = ? WHERE ${isLive} AND text = ? RETURNING key`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE ${isLive} AND text = ? RETURNING key`)
  const expire = database.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`)

  function read(key: string): string | undefined {
    const row = select.get(key, Date.now())
    return typeof row === 'object' && row !== null && 'text' in row ? String(row.text) : undefined
  }

  return {
    get: async (key) => read(key),
    async compareAndSwap(key, before, after, expiresAt) {
      const now = Date.now()
      if (before !== undefined) {
        return isRow(
          after === undefined ? remove.get(key, now, before) : update.get(after, expiresAt, key, now, before),
        )
      }
      expire.get(now)
      return after === undefined ? read(key) === undefined : isRow(insert.get(key, after, expiresAt))
    },
  }
}

/** Without a row, Node returns undefined and Bun null. */
function isRow(row: unknown): boolean {
  return row !== undefined && row !== null
}
