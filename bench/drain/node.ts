import { serve } from '../../adapters/node.ts'
import { announce } from '../../examples/announce.ts'
import { drain } from './handler.ts'

announce(await serve(drain, { port: 0 }))
