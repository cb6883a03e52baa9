import { createServer, request } from 'node:http'
import { listen } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'

/** A proxy that replaces the beginning of each path, as nginx does when `proxy_pass` has a path. It tells nobody. */
export async function startRewritingProxy(target: string, from: string, to: string): Promise<RunningServer> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming
    const path = url.startsWith(from) ? to + url.slice(from.length) : url
    const upstream = request(
      target + path,
      { method, headers: { ...headers, host: new URL(target).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  })
  return await listen(proxy, 0, '127.0.0.1')
}
