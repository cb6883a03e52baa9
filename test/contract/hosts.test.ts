import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { redisStore, type XMediaOptions } from '../../src/index.ts'
import { sampleFile } from '../support/media.ts'
import { openSharedRedis, type SharedRedis } from '../support/shared-redis.ts'
import { type Snippets, writeSnippets } from '../support/snippets.ts'
import { CHECKS, codeOf, createUpload, formOf, image, post, sendChunk, TUS, video } from './hosts/checks.ts'
import type { HostClient } from './hosts/host-client.ts'
import { FEATURES, type Feature, FRAMEWORKS, HANDLED_HOSTS, type HostName, SUITE_HOSTS } from './hosts/hosts.ts'
import { awslambda, lambdaEvent } from './hosts/lambda-client.ts'
import { OPEN_HOST, openLambda } from './hosts/open-host.ts'

const emulator = createEmulator({ processing: { pendingSecs: 1, inProgressSecs: 0 }, mediaRules: false })
const lines: string[] = []
const options: XMediaOptions = {
  token: 'server-held-token',
  secret: 's'.repeat(32),
  authorize(c) {
    const subject = c.req.header('x-demo-user')
    return subject === undefined ? null : { subject }
  },
  log: (line) => lines.push(line),
  x: { fetch: async (url, init) => emulator.app.request(url, init) },
}

const MOUNTED = { ...HANDLED_HOSTS, ...FRAMEWORKS }
const names = Object.keys(OPEN_HOST).filter((name): name is HostName => name in MOUNTED)
const clients = new Map<HostName, HostClient>()
let redis: SharedRedis
let snippets: Snippets

beforeAll(async () => {
  redis = await openSharedRedis()
  vi.stubGlobal('options', options)
  vi.stubGlobal('redis', redis)
  vi.stubGlobal('uploadStore', redisStore({ sendCommand: (name = '', ...rest) => redis.call(name, ...rest) }))
  vi.stubEnv('PORT', '0')
  vi.stubGlobal('awslambda', awslambda)
  snippets = writeSnippets('docs/hosting.md')
  for (const name of names) clients.set(name, await OPEN_HOST[name](snippets))
})
afterAll(async () => {
  for (const client of clients.values()) await client.close?.()
  snippets.remove()
  await redis.close()
  expect(emulator.violations()).toEqual([])
})
afterEach(() => {
  vi.unstubAllEnvs()
})

function clientOf(name: HostName): HostClient {
  const client = clients.get(name)
  if (!client) throw new TypeError(`${name} is not open`)
  return client
}

/** The features that have passed. */
const passed = new Set<string>()

async function check(name: HostName, feature: Feature): Promise<void> {
  await CHECKS[feature]({ client: clientOf(name), emulator, events: MOUNTED[name].events })
  passed.add(`${name} ${feature}`)
}

describe.each(names)('on %s', (name) => {
  it('relays a raw body, and tells its status', () => check(name, 'raw'))
  it('relays the file of a form', () => check(name, 'form'))
  it('relays resumable uploads by tus and by the IETF draft', () => check(name, 'resumable'))

  it('finds the routes below the mount only', async () => {
    const { send } = clientOf(name)
    expect((await send({ method: 'GET', path: '/media/nowhere', headers: { ...TUS } })).status).toBe(404)
  })
})

describe.concurrent('status events', () => {
  it.each(names)('reach the client on %s when docs/hosting.md says', (name) => check(name, 'events'))
})

const ON_LAMBDA: readonly HostName[] = ['lambdaUrl', 'lambdaHttpApi', 'lambdaRestApi', 'lambdaLoadBalancer']
const ON_SOCKETS: readonly HostName[] = ['cloudRun', 'cloudRunHttp2', 'fastify', 'koa', 'h3']
const without = (...others: HostName[]) => names.filter((name) => !others.includes(name))

describe.concurrent('a stranger', () => {
  it.each(without(...ON_LAMBDA))('is refused on %s before the body has ended', async (name) => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => controller.enqueue(image) })
    const headers = { 'content-type': 'image/png', 'upload-length': '5000000' }
    const refused = await clientOf(name).send({ method: 'POST', path: '/media', headers, body })
    expect(await codeOf(refused)).toEqual([401, 'unauthorized'])
  })

  it.each(ON_LAMBDA)('is refused on %s', async (name) => {
    const headers = { 'content-type': 'image/png', 'content-length': String(image.length) }
    const refused = await clientOf(name).send({ method: 'POST', path: '/media', headers, body: image })
    expect(await codeOf(refused)).toEqual([401, 'unauthorized'])
  })
})

describe.each(without(...ON_SOCKETS))('a body that %s has cut', (name) => {
  it('is refused if it is the file', async () => {
    const refused = await post(clientOf(name), image.slice(0, 3000), 'image/png', { 'content-length': '5000' })
    expect(await codeOf(refused)).toEqual([400, 'body_too_short'])
  })

  it('is refused if it is a form', async () => {
    const { body, type } = await formOf(image)
    const headers = { 'content-length': String(body.length) }
    const [status, code] = await codeOf(await post(clientOf(name), body.slice(0, 3000), type, headers))
    expect([status, ['body_too_short', 'body_incomplete'].includes(String(code))]).toEqual([400, true])
  })

  it('leaves its upload unfinished if it is a chunk', async () => {
    const client = clientOf(name)
    const path = await createUpload(client)
    const response = await sendChunk(client, path, 0, video.slice(0, 9000), video.length)
    const isRefused = ON_LAMBDA.includes(name)
    expect(response.status).toBe(isRefused ? 400 : 204)
    const { headers } = await client.send({ method: 'HEAD', path, headers: { ...TUS } })
    expect([headers.get('upload-complete'), headers.get('upload-offset')]).toEqual(['?0', isRefused ? '0' : '9000'])
  })
})

const hostNames = Object.keys(HANDLED_HOSTS).filter((name): name is keyof typeof HANDLED_HOSTS => name in HANDLED_HOSTS)

describe('the limit of a request', () => {
  const stubHost = (name: keyof typeof HANDLED_HOSTS) => {
    const { variable, bytes } = HANDLED_HOSTS[name]
    if (variable) vi.stubEnv(...variable)
    return bytes ?? { bodyBytes: 0, chunkBytes: 0 }
  }

  it.each(hostNames.filter((name) => HANDLED_HOSTS[name].variable))(
    'is known on %s: its chunk size is the one in docs/hosting.md',
    async (name) => {
      const { chunkBytes } = stubHost(name)
      const { headers } = await clientOf(name).send({ method: 'OPTIONS', path: '/media/files', headers: { ...TUS } })
      expect(headers.get('upload-limit')).toMatch(new RegExp(`, max-append-size=${chunkBytes}$`))
    },
  )

  it('does not hold on Cloud Run over HTTP/2', async () => {
    vi.stubEnv('K_SERVICE', 'uploads')
    const request = { method: 'OPTIONS', path: '/media/files', headers: { ...TUS } }
    const { headers } = await clientOf('cloudRunHttp2').send(request)
    expect(headers.get('upload-limit')).toMatch(/^max-size=\d+, max-age=\d+$/)
  })

  it.each(['vercel', 'netlify'] as const)('is explained on %s when it is exceeded, and only then', async (name) => {
    const { bodyBytes } = stubHost(name)
    const declare = async (bytes: number) =>
      await codeOf(await post(clientOf(name), image, 'image/png', { 'content-length': String(bytes) }))
    expect(await declare(bodyBytes)).toEqual([400, 'body_too_short'])
    expect(await declare(bodyBytes + 1)).toEqual([413, 'request_too_large'])
  })

  it.each([
    ['lambdaHttpApi', 'httpApi', 6_000_000],
    ['lambdaRestApi', 'restApi', 6_000_000],
    ['lambdaLoadBalancer', 'loadBalancer', 1_000_000],
  ] as const)('on %s has room for the event of a chunk', async (name, trigger, limit) => {
    const { chunkBytes } = stubHost(name)
    const client = clientOf(name)
    const chunk = sampleFile('video/mp4', chunkBytes)
    const path = await createUpload(client, chunkBytes + 1)
    expect((await sendChunk(client, path, 0, chunk)).status).toBe(204)
    const event = lambdaEvent({ method: 'PATCH', path, headers: { ...TUS }, body: chunk }, trigger)
    expect(JSON.stringify(event).length).toBeLessThan(limit)
  })
})

describe('a REST API without binary media types', () => {
  it.each<[string, (client: HostClient) => Promise<Response>]>([
    ['raw body', (client) => post(client, image, 'image/png')],
    [
      'form',
      async (client) => {
        const { body, type } = await formOf(image)
        return await post(client, body, type)
      },
    ],
    ['chunk', async (client) => sendChunk(client, await createUpload(client), 0, video)],
  ])('is found out by the first %s, and the operator learns why', async (_, send) => {
    const client = await openLambda(snippets, 'restApiWithoutBinary')
    lines.length = 0
    expect(await codeOf(await send(client))).toEqual([500, 'body_corrupted'])
    expect(lines).toEqual([expect.stringContaining('Add */* to the binary media types of the REST API')])
  })
})

describe('the tables of docs/hosting.md', () => {
  it('claim only what these tests have run', () => {
    expect([...passed].toSorted()).toEqual(
      Object.keys(MOUNTED)
        .flatMap((name) => FEATURES.map((feature) => `${name} ${feature}`))
        .toSorted(),
    )
  })

  it.each(Object.keys(SUITE_HOSTS))('claim for %s what its suite runs', (name) => {
    const suite = readFileSync(new URL(`./${name}.test.ts`, import.meta.url), 'utf8')
    for (const part of ['contract', 'clients', 'resumable']) expect(suite).toContain(`\n${part}('${name}')`)
  })
})
