import process from 'node:process'
import { startBalancer } from '../../examples/cluster/balancer.ts'
import type { Cluster } from '../long/chaos.ts'
import type { Program } from './processes.ts'

/**
 * Servers behind the balancer of the example. The last one of several is not killed: on a slow machine, all would be dead.
 *
 * @param startServer Starts one; all must share a store.
 */
export async function startKillableCluster(count: number, startServer: () => Promise<Program>): Promise<Cluster> {
  const running = new Set(await Promise.all(Array.from({ length: count }, startServer)))
  const starting = new Set<Promise<void>>()
  const balancer = await startBalancer(() => Array.from(running, ({ url }) => url), 0)

  async function replace(): Promise<void> {
    running.add(await startServer())
  }

  return {
    url: balancer.url,
    async killOne() {
      const [oldest] = running
      if (oldest === undefined || running.size < Math.min(2, count)) return false
      running.delete(oldest)
      // The parent of workerd as well, which would start another one.
      process.kill(oldest.pid(), 'SIGKILL')
      await oldest.kill('SIGKILL')
      const started = replace().finally(() => starting.delete(started))
      starting.add(started)
      return true
    },
    async close() {
      await Promise.all(starting)
      await Promise.all(Array.from(running, (server) => server.kill()))
      await balancer.close({ drainMs: 0 })
    },
  }
}
