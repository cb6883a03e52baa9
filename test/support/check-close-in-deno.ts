import { serve } from '../../adapters/deno.ts'
import { runChecks } from './checks.ts'

const app = {
  fetch: () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } }),
}

/** A server whose event stream never ends, and one without a request. */
const CHECKS = {
  async 'closes without a request'() {
    const server = await serve(app, { port: 0 })
    await server.close()
  },
  async 'cuts an event stream'() {
    const server = await serve(app, { port: 0 })
    const events = await fetch(server.url)
    const reading = events.text().catch(() => {})
    await server.close()
    await reading
  },
}
console.log(JSON.stringify(await runChecks(CHECKS, undefined)))
