import { createServer } from 'node:http'
import express from 'express'
import { listen, xMediaHandler } from '../../adapters/express.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { demoOptions, readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { readCounters } from '../counters.ts'
import { openStore } from '../open-store.ts'

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const options = demoOptions(env, await openStore(env['X_MEDIA_STORE']))
  const app = express()
  // Before any body parser: the upload must arrive as a stream.
  app.use('/media', xMediaHandler(options))
  app.use(express.json())
  app.get('/ready', (_, response) => response.status(server.isDraining ? 503 : 200).send())
  if (env['DEMO_COUNTERS']) app.get('/counters', (_, response) => response.json(readCounters(options)))
  const server = await listen(createServer(app), readPort(env), '127.0.0.1')
  return server
})
