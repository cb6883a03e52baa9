import process from 'node:process'
import { type DenoKv, denoKvStore } from '../../adapters/deno.ts'
import { checkStore } from './store-checks.ts'

declare const Deno: { openKv(path: string): Promise<DenoKv & { close(): void }> }

const kv = await Deno.openKv(process.argv[2] ?? '')
console.log(JSON.stringify(await checkStore(denoKvStore(kv))))
kv.close()
