import { Hono } from 'hono'
import { type DemoEnv, demoOptions } from '../cli/server/demo-options.ts'
import { type Store, xMedia } from '../src/index.ts'
import type { TransformImage } from '../src/media/index.ts'
import { readCounters } from './counters.ts'

interface DemoParts {
  store?: Store | undefined
  transform?: TransformImage | undefined
  /** Whether the server is about to stop. Default: never, as on Workers. */
  isDraining?: () => boolean
}

/** An example server: the package at `/media`, and `/ready` for a balancer. */
export function createDemo(env: DemoEnv, { store, transform, isDraining = () => false }: DemoParts): Hono {
  const options = demoOptions(env, store, transform)
  const app = new Hono()
    .route('/media', xMedia(options))
    .get('/ready', (c) => c.text(isDraining() ? 'draining' : 'ready', isDraining() ? 503 : 200))
  if (env['DEMO_COUNTERS']) app.get('/counters', (c) => c.json(readCounters(options)))
  return app
}
