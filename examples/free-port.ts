import { createServer } from 'node:http'
import { listen } from '../adapters/node.ts'

/** The same port, if nothing listens there: workerd does not say so in a way that a program could read. */
export async function freePort(port: number): Promise<number> {
  const server = await listen(createServer(), port, '127.0.0.1')
  await server.close()
  return port
}
