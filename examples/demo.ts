import { Hono } from 'hono'
import { type DemoEnv, demoOptions } from '../cli/server/demo-options.ts'
import { type Store, xMedia } from '../src/index.ts'
import type { TransformImage } from '../src/media/index.ts'
import { readCounters } from './counters.ts'

/** An example server: the package at `/media`. */
export function createDemo(env: DemoEnv, store?: Store, transform?: TransformImage): Hono {
  const options = demoOptions(env, store, transform)
  const app = new Hono().route('/media', xMedia(options))
  if (env['DEMO_COUNTERS']) app.get('/counters', (c) => c.json(readCounters(options)))
  return app
}
