import { createServer } from 'node:http'
import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import express from 'express'
import { Hono } from 'hono'
import { type HttpResponse, Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, xMediaHandler } from '../../../adapters/express.ts'
import { serve } from '../../../adapters/node.ts'
import { createNodeListener } from '../../../adapters/node-listener.ts'
import type { RunningServer } from '../../../adapters/serve.ts'
import { xMedia } from '../../../src/index.ts'
import { base, emulator } from '../../support/app.ts'
import { send } from '../../support/client.ts'
import { CREATION, file, TUS } from '../../support/resumable.ts'
import { startRewritingProxy } from '../../support/rewriting-proxy.ts'

const servers = new Map<string, RunningServer>()
beforeAll(async () => {
  const routed = await serve(new Hono().route('/media', xMedia(base)), { port: 0 })
  const root = await serve(xMedia(base), { port: 0 })
  const mounted = await serve(new Hono().mount('/outer', xMedia(base).fetch), { port: 0 })
  const inExpress = express()
    .use('/media', xMediaHandler(base))
    .use('/bare', createNodeListener(xMedia(base)))
  servers.set('routed', routed)
  servers.set('root', root)
  servers.set('mounted', mounted)
  servers.set('Express', await listen(createServer(inExpress), 0, '127.0.0.1'))
  servers.set('proxy that adds a prefix', await startRewritingProxy(routed.url, '/api/', '/'))
  servers.set('proxy that renames the mount', await startRewritingProxy(routed.url, '/up', '/media'))
  servers.set('proxy that strips the mount', await startRewritingProxy(root.url, '/up', ''))
})
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())))

/** Where resumable uploads are created: the server and the path. */
const ENDPOINTS: [server: string, path: string][] = [
  ['routed', '/media/files'],
  ['routed', '/media/files/'],
  ['routed', '/media/files?shared=false'],
  ['root', '/files'],
  ['root', '/files/'],
  ['mounted', '/outer/files'],
  ['Express', '/media/files'],
  ['Express', '/media/files/'],
  ['Express', '/bare/files'],
  ['proxy that adds a prefix', '/api/media/files'],
  ['proxy that adds a prefix', '/api/media/files/'],
  ['proxy that renames the mount', '/up/files'],
  ['proxy that strips the mount', '/up/files'],
]

/** RFC 3986 section 5.2 */
const byRfc3986 = (endpoint: string, location: string) => new URL(location, endpoint).href

/** `new URL(context, spec)` of java.net: a path without a slash in front replaces what is after the context's last one. */
function byJavaNetUrl(endpoint: string, location: string): string {
  const { origin, pathname } = new URL(endpoint)
  return origin + (location.startsWith('/') ? location : pathname.slice(0, pathname.lastIndexOf('/') + 1) + location)
}

/** How clients find the upload from the endpoint and `Location`, as their sources say. */
const CLIENTS: [string, (endpoint: string, location: string) => string][] = [
  // urljoin(self.client.url, url): https://github.com/tus/tus-py-client/blob/main/tusclient/uploader/uploader.py
  ['tuspy', byRfc3986],
  // new URL(connection.getURL(), urlStr):
  // https://github.com/tus/tus-java-client/blob/main/src/main/java/io/tus/java/client/TusClient.java
  ['tus-java-client', byJavaNetUrl],
  // URL(string: location, relativeTo: metaData.uploadURL):
  // https://github.com/tus/TUSKit/blob/main/Sources/TUSKit/TUSAPI.swift
  ['TUSKit', byRfc3986],
]

async function expectReceived(mediaId: string | undefined | null): Promise<void> {
  expect(await emulator.upload(mediaId ?? '')).toMatchObject({ finalized: true, size: file.length })
}

describe.each(ENDPOINTS)('on a server that is %s, an upload created at %s', (server, path) => {
  const endpoint = () => `${servers.get(server)?.url}${path}`

  it('is found by tus-js-client', async () => {
    const mediaId = await new Promise<string | undefined>((resolve, reject) => {
      new Upload(Buffer.from(file), {
        endpoint: endpoint(),
        metadata: { filetype: 'video/mp4' },
        retryDelays: [],
        chunkSize: 10_000,
        onError: reject,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('x-media-id')),
      }).start()
    })
    await expectReceived(mediaId)
  })

  it('is found by Uppy', async () => {
    const uppy = new Uppy()
    uppy.addFile({ name: 'a.mp4', type: 'video/mp4', data: Object.assign(Buffer.from(file), { size: file.length }) })
    let mediaId: string | undefined
    const onAfterResponse = (_: unknown, response: HttpResponse) => {
      mediaId = response.getHeader('x-media-id')
    }
    uppy.use(Tus, { endpoint: endpoint(), retryDelays: [], chunkSize: 10_000, onAfterResponse })
    const result = await uppy.upload()
    expect(result?.failed).toEqual([])
    await expectReceived(mediaId)
    uppy.destroy()
  })

  it.each(CLIENTS)('is found by the rule of %s', async (_, resolve) => {
    const created = await send('POST', endpoint(), CREATION)
    expect(created.status, created.text).toBe(201)
    const upload = resolve(endpoint(), created.headers.location ?? '')
    const { status, headers } = await send('HEAD', upload, TUS)
    expect([status, headers['upload-offset']]).toEqual([200, '0'])
  })
})
