/**
 * Three servers behind a balancer: `npm run example:cluster`. `X_MEDIA_STORE` is the URL of the Redis that they share; other
 * variables are those of the example servers. A server that dies is started again, and the uploads that it had go on with the
 * others. On SIGTERM, all drain.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { startBalancer } from './balancer.ts'

const SERVERS = 3
const server = fileURLToPath(new URL('../node/server.ts', import.meta.url))

await run(async () => {
  const env = await demoEnv({ X_MEDIA_STORE: 'redis://127.0.0.1:6379', ...process.env }, serveEmulator)
  let isClosing = false
  const children = new Set<ReturnType<typeof startServer>>()
  const urls = new Set<string>()

  function startServer() {
    const child = spawn(process.execPath, [server], {
      env: { ...env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    createInterface(child.stdout).on('line', (line) => {
      const url = /^listening on (\S+)$/.exec(line)?.[1]
      if (url === undefined) return
      console.log(`server ${child.pid} listens on ${url}`)
      urls.add(url)
      child.once('exit', () => urls.delete(url))
    })
    return child
  }

  function keepRunning(): void {
    const child = startServer()
    children.add(child)
    child.once('exit', () => {
      children.delete(child)
      if (isClosing) return
      console.log(`server ${child.pid} has died`)
      keepRunning()
    })
  }

  for (let started = 0; started < SERVERS; started++) keepRunning()
  const balancer = await startBalancer(() => [...urls], readPort(env))
  return {
    url: balancer.url,
    async close(options) {
      isClosing = true
      const ended = Array.from(children, (child) => once(child, 'exit'))
      for (const child of children) child.kill('SIGTERM')
      await Promise.all(ended)
      await balancer.close(options)
    },
  }
})
