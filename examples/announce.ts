import process from 'node:process'
import type { Serving } from '../adapters/serve.ts'

/** Says where a server listens, and stops it on SIGTERM and SIGINT. */
export function announce(serving: Serving): void {
  console.log(`listening on ${serving.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      serving.close().finally(() => process.exit(0))
    })
  }
}
