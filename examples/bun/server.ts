import { Database } from 'bun:sqlite'
import { serve, sqliteStore } from '../../adapters/bun.ts'
import { announce } from '../announce.ts'
import { createDemo } from '../demo.ts'

const path = process.env['X_MEDIA_STORE']
const demo = createDemo(process.env, path ? sqliteStore(new Database(path)) : undefined)
announce(await serve(demo, { port: Number(process.env['PORT'] ?? 8787) }))
