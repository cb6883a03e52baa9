import { createServer } from 'node:http'
import express from 'express'
import { listen, xMediaHandler } from '../../adapters/express.ts'
import { announce } from '../announce.ts'
import { demoOptions } from '../demo.ts'
import { openStore } from '../open-store.ts'

const app = express()
// Before any body parser: the upload must arrive as a stream.
app.use('/media', xMediaHandler(demoOptions(process.env, await openStore(process.env['X_MEDIA_STORE']))))
app.use(express.json())

announce(await listen(createServer(app), Number(process.env['PORT'] ?? 8787), '127.0.0.1'))
