import { serve } from '../../adapters/node.ts'
import { announce } from '../announce.ts'
import { createDemo } from '../demo.ts'
import { openStore } from '../open-store.ts'

const demo = createDemo(process.env, await openStore(process.env['X_MEDIA_STORE']))
announce(await serve(demo, { port: Number(process.env['PORT'] ?? 8787) }))
