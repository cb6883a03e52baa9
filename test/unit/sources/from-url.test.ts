import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromUrl } from '../../../src/sources/index.ts'
import { type FileServer, startFileServer } from '../../support/file-server.ts'
import { expectFile, expectNothingFinalized, ownUploads } from '../../support/own-uploads.ts'
import { randomVideo } from '../../support/random-video.ts'

const video = randomVideo(100_000)
const headers = { authorization: 'Bearer of-the-app' }

let server: FileServer
let other: FileServer
beforeAll(async () => {
  server = await startFileServer({ ranges: true, validator: 'strong' })
  other = await startFileServer({ ranges: true, validator: 'strong' })
})
beforeEach(async () => {
  for (const { put, requests } of [server, other]) {
    await put(video)
    requests.length = 0
  }
})
afterAll(async () => {
  await server.close()
  await other.close()
})

const hostOf = ({ origin }: FileServer) => new URL(origin).host
const urlOf = ({ origin }: FileServer, path = '/film.mp4') => origin + path

function redirectTo(location: string) {
  return (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location }).end()
}

describe('a URL', () => {
  it('gets the headers of the app, and is asked only for the bytes that are missing', async () => {
    const { client, emulator } = ownUploads()
    const { data } = await client.upload({ source: fromUrl(urlOf(server), { headers }) })
    await expectFile(emulator, data.id, video)
    expect(server.requests).toEqual([
      { path: '/film.mp4', range: 'bytes=0-0', authorization: headers.authorization },
      { path: '/film.mp4', range: undefined, authorization: headers.authorization },
    ])
  })

  it('may redirect, but only its own origin gets the headers of the app', async () => {
    server.on('/near', redirectTo('/far'))
    server.on('/far', redirectTo(urlOf(other)))
    const { client, emulator } = ownUploads()
    const { data } = await client.upload({ source: fromUrl(urlOf(server, '/near'), { headers }) })
    await expectFile(emulator, data.id, video)
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set([headers.authorization]))
    expect(new Set(other.requests.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
  })

  it.each<[string, () => string]>([
    ['a host that is not allowed', () => urlOf(other)],
    ['another protocol', () => 'file:///etc/passwd'],
    ['nowhere', () => ''],
    ['no URL', () => 'http://'],
    ['itself', () => '/loop'],
  ])('must not redirect to %s', async (_, target) => {
    server.on('/loop', redirectTo(target()))
    const { client, emulator, events } = ownUploads()
    const source = fromUrl(urlOf(server, '/loop'), { allowHosts: [hostOf(server)] })
    await expect(client.upload({ source })).rejects.toMatchObject({ code: 'source_unavailable' })
    expectNothingFinalized(emulator)
    expect(events).toEqual([expect.objectContaining({ type: 'failed', code: 'source_unavailable' })])
    expect(other.requests).toEqual([])
  })

  it.each([
    'http://metadata.example/',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'ftp://films.example/film.mp4',
    'film.mp4',
  ])('must be http(s), and on a host of allowHosts: %s', (url) => {
    expect(() => fromUrl(url, { allowHosts: ['films.example'] })).toThrow(TypeError)
  })

  it.each([403, 404, 410])('fails at once with %i', async (status) => {
    server.on('/refused', (_, response) => response.writeHead(status).end())
    const upload = ownUploads().client.upload({ source: fromUrl(urlOf(server, '/refused')) })
    await expect(upload).rejects.toMatchObject({ code: 'source_unavailable' })
    expect(server.requests).toHaveLength(1)
  })

  it.each([408, 429, 500, 503])('is asked again after %i', async (status) => {
    let asked = 0
    const { client, emulator } = ownUploads()
    server.on('/busy', (_, response) =>
      ++asked % 2 === 1 ? response.writeHead(status).end() : response.writeHead(302, { location: '/film.mp4' }).end(),
    )
    const { data } = await client.upload({ source: fromUrl(urlOf(server, '/busy')) })
    await expectFile(emulator, data.id, video)
    expect(asked).toBe(4)
  })

  it('must not return compressed bytes, whose number says nothing about the file', async () => {
    const compressed = { 'content-encoding': 'gzip', 'content-length': 10 }
    server.on('/compressed', (_, response) => response.writeHead(200, compressed).end())
    const upload = ownUploads().client.upload({ source: fromUrl(urlOf(server, '/compressed')) })
    await expect(upload).rejects.toMatchObject({ code: 'source_unavailable' })
  })

  it('must return the range that it is asked for', async () => {
    server.on('/shifted', (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 5-9/10', 'content-length': 5 }).end('56789')
    })
    const open = fromUrl(urlOf(server, '/shifted')).open(2, { expected: {}, signal: new AbortController().signal })
    await expect(open).rejects.toMatchObject({ code: 'source_unavailable' })
  })

  it('is empty when its first byte does not exist', async () => {
    await server.put(new Uint8Array(0))
    const upload = ownUploads().client.upload({ source: fromUrl(urlOf(server)) })
    await expect(upload).rejects.toMatchObject({ code: 'empty_body' })
  })

  it('does not tell its secrets in errors', async () => {
    const url = urlOf(server, '/missing?signature=of-the-app')
    const error: unknown = await ownUploads()
      .client.upload({ source: fromUrl(url, { headers }) })
      .catch((reason: unknown) => reason)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(Object(error)))).not.toContain('of-the-app')
  })
})
