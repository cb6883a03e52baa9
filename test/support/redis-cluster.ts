import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { freePort } from './free-port.ts'
import { type RunningRedis, startRedis } from './redis.ts'

const NODES = 3
const SLOTS = 16_384

export interface RunningCluster {
  nodes: readonly RunningRedis[]
  stop(): Promise<void>
}

/** A cluster of three nodes without replicas, each with a third of the slots. Redis 7 or later, or Valkey. */
export async function startRedisCluster(program: string): Promise<RunningCluster> {
  const started = await Promise.all(Array.from({ length: NODES }, () => startNode(program)))
  const clients = started.map(({ node }) => new Redis(node.port, '127.0.0.1'))
  await Promise.all(
    clients.map(async (client, index) => {
      const [first, next] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / NODES))
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(first), String(Number(next) - 1))
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }),
  )
  for (const { node, busPort } of started.slice(1)) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(busPort))
  }
  const states = () => Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO').then(String)))
  await expect
    .poll(states)
    .toSatisfy((infos: string[]) =>
      infos.every((info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`)),
    )
  for (const client of clients) client.disconnect()
  const nodes = started.map(({ node }) => node)
  return {
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

async function startNode(program: string): Promise<{ node: RunningRedis; busPort: number }> {
  const busPort = await freePort()
  const node = await startRedis(program, { 'cluster-enabled': 'yes', 'cluster-port': busPort })
  return { node, busPort }
}
