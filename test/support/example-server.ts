import { afterEach } from 'vitest'
import type { Target } from '../contract/contract.ts'
import { expectNothingHeld } from './counters.ts'
import { type Program, start } from './processes.ts'

/** Starts the example server of a runtime, which calls the X at this URL. */
export async function startExampleServer(
  target: Target,
  xUrl: string,
  env: Record<string, string> = {},
): Promise<Program> {
  return await start(`serve:${target}`, {
    X_BEARER_TOKEN: 'server-held-token',
    X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
    X_API_BASE_URL: xUrl,
    DEMO_COUNTERS: 'yes',
    // At the end of a suite, nobody waits for its uploads.
    DRAIN_MS: '0',
    ...env,
  })
}

/**
 * Starts example servers for the suite that calls it. After each of its tests, the requests to them must have given back
 * all that they held.
 */
export function exampleServers(target: Target): (xUrl: string, env?: Record<string, string>) => Promise<Program> {
  const running = new Set<Program>()
  afterEach(async () => {
    for (const { url } of running) await expectNothingHeld(url)
  })

  return async function startServer(xUrl, env) {
    const program = await startExampleServer(target, xUrl, env)
    const server: Program = {
      ...program,
      async kill(signal) {
        running.delete(server)
        await program.kill(signal)
      },
    }
    running.add(server)
    return server
  }
}
