/** What `npm start` serves, for work on it: `npm run dev` restarts this on each change, and then an open page reloads. */

import process from 'node:process'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { run } from '../cli/server/announce.ts'
import { type DemoPagesEnv, serveDemo } from '../cli/server/serve-demo.ts'
import { composePages } from './browser/app.ts'
import { buildAssets } from './browser/build-assets.ts'
import { loadSharp } from './transform/load-sharp.ts'

/** The stream ends with the process. When the browser connects to the next one, it reloads the page. */
const RELOAD = `
let isConnected = false
new EventSource('/restarts').onopen = () => {
  if (isConnected) location.reload()
  isConnected = true
}`

const [assets, transform] = await Promise.all([buildAssets(RELOAD), loadSharp()])
const restarts = new Hono<DemoPagesEnv>().get('/restarts', (c) =>
  streamSSE(c, (stream) => new Promise((resolve) => stream.onAbort(resolve))),
)
await run(() => serveDemo(process.env, (demo) => restarts.route('/', composePages(demo, assets)), transform))
