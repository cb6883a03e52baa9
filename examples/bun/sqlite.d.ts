/** What the example needs of https://bun.sh/docs/api/sqlite */
declare module 'bun:sqlite' {
  export class Database {
    constructor(path: string)
    exec(sql: string): unknown
    prepare(sql: string): { get(...values: (string | number)[]): unknown }
  }
}
