import process from 'node:process'
import type { RunningServer } from '../adapters/serve.ts'

/** Says where a server listens, and stops it on SIGTERM and SIGINT. */
export function announce(server: RunningServer): void {
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close().finally(() => process.exit(0))
    })
  }
}
