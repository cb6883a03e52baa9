import { Database } from 'bun:sqlite'
import process from 'node:process'
import { sqliteStore } from '../../adapters/bun.ts'
import { checkRecords } from './record-checks.ts'

console.log(JSON.stringify(await checkRecords(sqliteStore(new Database(process.argv[2] ?? '')))))
