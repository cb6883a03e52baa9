import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram } from './client.ts'
import { freePort } from './free-port.ts'

/** The servers of this protocol that are installed. */
export const REDIS_SERVERS: readonly string[] = ['redis-server', 'valkey-server'].flatMap(
  (name) => findProgram(name) ?? [],
)

/** The one that most tests use; they are skipped where there is none. */
export const REDIS: string | undefined = REDIS_SERVERS[0]

// No package on npm brings one: redis-memory-server downloads its source from redis.io and compiles it.
if (!REDIS) console.log('neither redis-server nor valkey-server is on the PATH: their tests are skipped')

export interface RunningRedis {
  port: number
  url: string
  stop(): Promise<void>
}

/** A Redis of its own, which writes everything to disk before it answers. */
export async function startRedis(
  program: string = REDIS ?? '',
  options: Record<string, string | number> = {},
): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  const port = await freePort()
  const all = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'always', save: '', ...options }
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) if (line.includes('Ready to accept connections')) break
  child.stdout.resume()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill()
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
