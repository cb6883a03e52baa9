import { serve } from '../../adapters/node.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { createDemo } from '../demo.ts'
import { openStore } from '../open-store.ts'
import { loadSharp } from '../transform/load-sharp.ts'

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const store = await openStore(env['X_MEDIA_STORE'])
  const demo = createDemo(env, { store, transform: await loadSharp(), isDraining: () => server.isDraining })
  const server = await serve(demo, { port: readPort(env) })
  return server
})
