import process from 'node:process'
import type { RunningServer } from '../../adapters/serve.ts'
import { explain } from '../explain.ts'

/** Says where a server listens, and stops it on SIGTERM and SIGINT. */
export function announce(server: RunningServer): void {
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close().finally(() => process.exit(0))
    })
  }
}

/** Starts a server and announces it. If it cannot start for a reason that is known, prints one sentence and no stack. */
export async function run(start: () => Promise<RunningServer>): Promise<void> {
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
