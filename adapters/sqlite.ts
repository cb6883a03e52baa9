import type { Store } from '../src/store/store.ts'

/** What the databases of `node:sqlite` and `bun:sqlite` have in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): { get(...values: (string | number)[]): unknown }
}

export interface SqliteStoreOptions {
  /** The table, which is made when it is not there. Letters, digits and `_`. Default `x_media`. */
  table?: string
}

/** How long a process waits for another one's write, milliseconds. */
const BUSY_MS = 5000

/**
 * Keeps all in a SQLite database, which processes of one machine may share: `sqliteStore(new DatabaseSync('uploads.db'))` of
 * `node:sqlite`, or `sqliteStore(new Database('uploads.db'))` of `bun:sqlite`. Throws a `TypeError` for a name that no table
 * may have.
 */
export function sqliteStore(database: SqliteDatabase, { table = 'x_media' }: SqliteStoreOptions = {}): Store {
  if (!/^[A-Za-z_]\w*$/.test(table)) throw new TypeError('table must have letters, digits and _ only')
  // https://sqlite.org/wal.html: readers do not wait for the writer.
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`)
  const living = 'key = ? AND expires_at > ?'
  const select = database.prepare(`SELECT text FROM ${table} WHERE ${living}`)
  const insert = database.prepare(`INSERT INTO ${table} (key, text, expires_at) VALUES (?, ?, ?)
    ON CONFLICT DO NOTHING RETURNING key`)
  const update = database.prepare(
    `UPDATE ${table} SET text = ?, expires_at = ? WHERE ${living} AND text = ? RETURNING key`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE ${living} AND text = ? RETURNING key`)
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

/** Without one, Node answers undefined and Bun null. */
function isRow(row: unknown): boolean {
  return row !== undefined && row !== null
}
