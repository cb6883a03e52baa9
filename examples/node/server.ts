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
  const demo = createDemo(env, await openStore(env['X_MEDIA_STORE']), await loadSharp())
  return await serve(demo, { port: readPort(env) })
})
