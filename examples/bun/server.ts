import { serve } from '../../adapters/bun.ts'
import { announce } from '../announce.ts'
import { createDemo } from '../demo.ts'

announce(await serve(createDemo(process.env), { port: Number(process.env['PORT'] ?? 8787) }))
