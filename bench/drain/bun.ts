import { serve } from '../../adapters/bun.ts'
import { announce } from '../../examples/announce.ts'
import { drain } from './handler.ts'

announce(await serve(drain, { port: 0 }))
