import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { Http2Server } from 'node:http2'
import { promisify } from 'node:util'
import type { H3 } from 'h3'
import type { Hono } from 'hono'
import { listen, type RunningServer } from '../../../adapters/node.ts'
import type { Snippets } from '../../support/snippets.ts'
import { fetchClient, type HostClient, http2Client, socketClient } from './host-client.ts'
import type { HostName } from './hosts.ts'
import {
  type LambdaHandler,
  type LambdaTrigger,
  lambdaClient,
  type StreamingLambdaHandler,
  streamingLambdaClient,
} from './lambda-client.ts'

type Fetch = (request: Request) => Response | Promise<Response>
type RouteHandler = (context: { request: Request }) => Response | Promise<Response>
interface FetchApp {
  fetch: Fetch
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Opens a host or framework with the code that docs/hosting.md shows for it. */
export type OpenHost = (snippets: Snippets) => Promise<HostClient>

export const OPEN_HOST: Readonly<Record<HostName, OpenHost>> = {
  vercel: routeFile,
  next: routeFile,
  lambdaUrl: async (snippets) => {
    const open = () => snippets.load<{ handler: StreamingLambdaHandler }>('lambda.ts')
    return inTurns(...(await Promise.all([open(), open()])).map(({ handler }) => streamingLambdaClient(handler)))
  },
  lambdaHttpApi: (snippets) => openLambda(snippets, 'httpApi'),
  lambdaRestApi: (snippets) => openLambda(snippets, 'restApi'),
  lambdaLoadBalancer: (snippets) => openLambda(snippets, 'loadBalancer'),
  netlify: async (snippets) => {
    const open = () => snippets.load<{ default: Fetch }>('netlify.ts')
    return inTurns(...(await Promise.all([open(), open()])).map((exports) => fetchClient(exports.default)))
  },
  cloudRun: async (snippets) => {
    const open = () => snippets.load<{ server: RunningServer }>('cloud-run.ts')
    const instances = await Promise.all([open(), open()])
    return inTurns(...instances.map(({ server: { url, close } }) => socketClient(url, close)))
  },
  cloudRunHttp2: async (snippets) => {
    const open = () => snippets.load<{ server: Http2Server }>('cloud-run-http2.ts')
    const instances = await Promise.all([open(), open()])
    return inTurns(...(await Promise.all(instances.map(({ server }) => openHttp2(server)))))
  },
  fastify: async (snippets) => {
    const { server } = await snippets.load<{
      server: { listen(options: object): Promise<string>; close(): Promise<void> }
    }>('fastify.ts')
    return socketClient(await server.listen({ port: 0, host: '127.0.0.1' }), () => server.close())
  },
  koa: async (snippets) => {
    const { app } = await snippets.load<{ app: { callback(): RequestListener } }>('koa.mjs')
    const { url, close } = await listen(createServer(app.callback()), 0, '127.0.0.1')
    return socketClient(url, close)
  },
  h3: async (snippets) => {
    const [{ app }, { serve }] = await Promise.all([snippets.load<{ app: H3 }>('h3.ts'), import('h3')])
    const server = await serve(app, { port: 0, hostname: '127.0.0.1', silent: true }).ready()
    return socketClient((server.url ?? '').replace(/\/$/, ''), () => server.close(true))
  },
  elysia: async (snippets) => fetchClient((await snippets.load<{ app: FetchApp }>('elysia.ts')).app.fetch),
  sveltekit: async (snippets) => {
    const { fallback } = await snippets.load<{ fallback: RouteHandler }>('sveltekit.ts')
    return fetchClient((request) => fallback({ request }))
  },
  astro: async (snippets) => {
    const { ALL } = await snippets.load<{ ALL: RouteHandler }>('astro.ts')
    return fetchClient((request) => ALL({ request }))
  },
  reactRouter: async (snippets) => {
    const { loader, action } = await snippets.load<Record<'loader' | 'action', RouteHandler>>('react-router.ts')
    // React Router passes OPTIONS to the loader.
    const isRead = ({ method }: Request) => ['GET', 'HEAD', 'OPTIONS'].includes(method)
    return fetchClient((request) => (isRead(request) ? loader : action)({ request }))
  },
  mount: async (snippets) => {
    const { app } = await snippets.load<{ app: Hono }>('mount.ts')
    return fetchClient((request) => app.fetch(request))
  },
}

async function openHttp2(server: Http2Server): Promise<HostClient> {
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : address
  return http2Client(`http://127.0.0.1:${port}`, () => promisify(server.close.bind(server))())
}

/** A route file of Next.js exports a function for each method. Two instances share the store. */
async function routeFile(snippets: Snippets): Promise<HostClient> {
  const open = () => snippets.load<Record<string, Fetch>>('route.ts')
  const instances = await Promise.all([open(), open()])
  return inTurns(
    ...instances.map((exports) =>
      fetchClient((request) => {
        const method = METHODS.find((name) => name === request.method)
        return exports[method ?? '']?.(request) ?? new Response(null, { status: 405 })
      }),
    ),
  )
}

/** Two instances of a function that share the store. */
export async function openLambda(snippets: Snippets, trigger: LambdaTrigger): Promise<HostClient> {
  const open = () =>
    snippets.load<{ handler: LambdaHandler }>('lambda.ts', (text) => text.replaceAll('streamHandle', 'handle'))
  const instances = await Promise.all([open(), open()])
  return inTurns(...instances.map(({ handler }) => lambdaClient(handler, trigger)))
}

/** Sends each request to the next instance, as a platform may. */
function inTurns(...clients: HostClient[]): HostClient {
  let turn = 0
  return {
    async send(request) {
      const client = clients[turn++ % clients.length]
      if (!client) throw new TypeError('there must be an instance')
      return await client.send(request)
    },
    async close() {
      for (const client of clients) await client.close?.()
    },
  }
}
