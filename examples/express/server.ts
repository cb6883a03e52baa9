import { createServer } from 'node:http'
import express from 'express'
import { listen, xMediaHandler } from '../../adapters/express.ts'
import { announce } from '../announce.ts'
import { readCounters } from '../counters.ts'
import { demoOptions } from '../demo.ts'
import { openStore } from '../open-store.ts'

const options = demoOptions(process.env, await openStore(process.env['X_MEDIA_STORE']))
const app = express()
// Before any body parser: the upload must arrive as a stream.
app.use('/media', xMediaHandler(options))
app.use(express.json())
if (process.env['DEMO_COUNTERS']) app.get('/counters', (_, response) => response.json(readCounters(options)))

announce(await listen(createServer(app), Number(process.env['PORT'] ?? 8787), '127.0.0.1'))
