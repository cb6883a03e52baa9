import { type DurableObjects, durableObjectStore, type Worker, worker } from '../../adapters/cloudflare.ts'
import type { DemoEnv } from '../../cli/server/demo-options.ts'
import { createDemo } from '../demo.ts'

/** The variables and secrets, and the binding that wrangler.toml names. */
type Env = DemoEnv & { UPLOADS: DurableObjects }

const demo: Worker<Env> = worker((env: Env) => createDemo(env, { store: durableObjectStore(env.UPLOADS) }))
export default demo
export { XMediaObject } from '../../adapters/cloudflare.ts'
