import process from 'node:process'
import { type DenoKv, denoKvStore } from '../../adapters/deno.ts'
import { checkRecords } from './record-checks.ts'

declare const Deno: { openKv(path: string): Promise<DenoKv & { close(): void }> }

const kv = await Deno.openKv(process.argv[2] ?? '')
console.log(JSON.stringify(await checkRecords(denoKvStore(kv))))
kv.close()
