import { Database } from 'bun:sqlite'
import process from 'node:process'
import { sqliteStore } from '../../adapters/bun.ts'
import { checkStore } from './store-checks.ts'

console.log(JSON.stringify(await checkStore(sqliteStore(new Database(process.argv[2] ?? '')))))
