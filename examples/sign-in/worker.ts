/** The app on Cloudflare Workers. The tokens are in Durable Objects, which are strongly consistent. */

import { type DurableObjects, durableObjectStore, type Worker, worker } from '../../adapters/cloudflare.ts'
import { createApp, type SignInEnv } from './app.ts'

/** The variables, secrets and binding that wrangler.toml names. */
type Env = SignInEnv & { UPLOADS: DurableObjects; X_REDIRECT_URI: string }

const signIn: Worker<Env> = worker((env: Env) => createApp(env, durableObjectStore(env.UPLOADS), env.X_REDIRECT_URI))
export default signIn
export { XMediaObject } from '../../adapters/cloudflare.ts'
