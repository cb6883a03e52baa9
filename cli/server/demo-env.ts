import type { RunningServer } from '../../adapters/serve.ts'
import { ExplainedError } from '../explained-error.ts'
import type { DemoEnv } from './demo-options.ts'

/**
 * The environment of an example server. Without a token of X, X is emulated and the secret is a random one, and a line on
 * stdout says so.
 *
 * @param startEmulator Starts an emulated X.
 */
export async function demoEnv(env: DemoEnv, startEmulator: () => Promise<RunningServer>): Promise<DemoEnv> {
  if (env['X_BEARER_TOKEN']) return env
  if (env['X_API_BASE_URL'])
    throw new ExplainedError('X_API_BASE_URL is set, but X_BEARER_TOKEN is not. Set both or none.')
  const { url } = await startEmulator()
  console.log(
    'X_BEARER_TOKEN is not set, so nothing is sent to X itself. Without X_MEDIA_SECRET, the secret is random.',
  )
  console.log(`X is emulated at ${url}`)
  return {
    ...env,
    X_BEARER_TOKEN: 'emulated',
    X_API_BASE_URL: url,
    X_MEDIA_SECRET: env['X_MEDIA_SECRET'] || crypto.randomUUID(),
  }
}
