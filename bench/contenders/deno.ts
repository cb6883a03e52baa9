import process from 'node:process'
import { serve } from '../../adapters/deno.ts'
import { announce } from '../../cli/server/announce.ts'
import { createContenders } from './app.ts'

announce(await serve(createContenders(process.env['X_API_BASE_URL'] ?? ''), { port: 0 }))
