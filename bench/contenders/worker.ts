import { type Worker, worker } from '../../adapters/cloudflare.ts'
import type { DemoEnv } from '../../cli/server/demo-options.ts'
import { createDemo } from '../../examples/demo.ts'
import { createContenders } from './app.ts'

/** Ours is here too: the example's Worker also writes each upload's quota and owner into Durable Objects. */
const contenders: Worker<DemoEnv & { X_API_BASE_URL: string }> = worker((env) =>
  createContenders(env.X_API_BASE_URL).route('/', createDemo(env, {})),
)
export default contenders
