/** What `npm start` serves, for work on it: `npm run dev` restarts this on each change, and then open pages reload. */

import process from 'node:process'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { run } from '../cli/server/announce.ts'
import { serveDemo } from '../cli/server/serve-demo.ts'
import { buildPages } from './demo-pages.ts'
import { loadSharp } from './transform/load-sharp.ts'

/** The stream ends with the process. When the browser connects to the next one, it reloads the page. */
const RELOAD = `<script>
  let isConnected = false
  new EventSource('/restarts').onopen = () => {
    if (isConnected) location.reload()
    isConnected = true
  }
</script>`

const [pages, transform] = await Promise.all([buildPages(RELOAD), loadSharp()])
const app = new Hono()
  .get('/restarts', (c) => streamSSE(c, (stream) => new Promise((resolve) => stream.onAbort(resolve))))
  .route('/', pages)
await run(() => serveDemo(process.env, app, transform))
