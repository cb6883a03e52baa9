import process from 'node:process'
import { type DenoKv, denoKvStore, serve } from '../../adapters/deno.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { readPort } from '../../cli/server/demo-options.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createDemo } from '../demo.ts'

declare const Deno: { openKv(path: string): Promise<DenoKv> }

await run(async () => {
  const env = await demoEnv(process.env, () => serve(createEmulator().app, { port: 0 }))
  const path = env['X_MEDIA_STORE']
  const store = path ? denoKvStore(await Deno.openKv(path)) : undefined
  const demo = createDemo(env, { store, isDraining: () => server.isDraining })
  const server = await serve(demo, { port: readPort(env) })
  return server
})
