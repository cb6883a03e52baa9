import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** When a connection is lost: with nothing of the command sent, with half of it, or with its answer on the way. */
export type Moment = 'before' | 'halfway' | 'after'

/** A TCP proxy in front of Redis, which loses a connection at one of the calls of a store. */
export interface CuttingProxy {
  port: number
  /** Calls since `cutAt`. */
  calls(): number
  /** Loses the connection at this call, the first of which is 1. */
  cutAt(call: number, moment: Moment): void
  close(): Promise<void>
}

/** What begins a command of a store; a client sends others when it connects. */
const CALL = /\r\n(?:GET|EVAL)\r\n/

export async function startCuttingProxy(redisPort: number): Promise<CuttingProxy> {
  let calls = 0
  let cut: { call: number; moment: Moment } | undefined
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const redis = connect(redisPort, '127.0.0.1')
    let isAnswerLost = false
    const end = () => {
      client.destroy()
      redis.destroy()
    }
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (bytes: Buffer) => {
      const isCut = CALL.test(bytes.toString('latin1')) && ++calls === cut?.call
      if (!isCut) redis.write(bytes)
      else if (cut?.moment === 'before') end()
      else if (cut?.moment === 'halfway') redis.write(bytes.subarray(0, bytes.length / 2), end)
      else {
        isAnswerLost = true
        redis.write(bytes)
      }
    })
    redis.on('data', (bytes) => {
      if (isAnswerLost) end()
      else client.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    calls: () => calls,
    cutAt(call, moment) {
      calls = 0
      cut = { call, moment }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
