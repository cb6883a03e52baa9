import process from 'node:process'
import type { RunningServer } from '../../adapters/serve.ts'
import { explain } from '../explain.ts'

/**
 * Says where a server listens, and closes it on SIGTERM and SIGINT. Uploads under way have `DRAIN_MS` milliseconds to end;
 * without it, as long as `close` allows.
 */
export function announce(server: Pick<RunningServer, 'url' | 'close'>): void {
  const { DRAIN_MS: drainMs } = process.env
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close(drainMs ? { drainMs: Number(drainMs) } : {}).finally(() => process.exit(0))
    })
  }
}

/** Starts a server and announces it. If it cannot start for a reason that is known, prints one sentence and no stack. */
export async function run(start: () => Promise<Pick<RunningServer, 'url' | 'close'>>): Promise<void> {
  await orExplain(async () => announce(await start()))
}

/** Runs a program. If it fails for a reason that is known, prints one sentence and no stack. */
export async function orExplain(program: () => Promise<void>): Promise<void> {
  try {
    await program()
  } catch (error) {
    const sentence = explain(error)
    if (sentence === undefined) throw error
    console.error(sentence)
    process.exit(1)
  }
}
