import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { HttpOptions } from '../../../src/options.ts'
import { describedMedia, optionsWith } from '../../support/app.ts'
import { CREATION } from '../../support/resumable.ts'

/** The `Location` of a new upload, without its id. */
async function locationAt(path: string, headers: Record<string, string>, http: HttpOptions = {}): Promise<string> {
  const media = describedMedia(optionsWith({ http }))
  const app = new Hono().route(path.startsWith('/media') ? '/media' : '/', media)
  const response = await app.request(`http://app.example${path}`, {
    method: 'POST',
    headers: { ...CREATION, ...headers },
  })
  return response.headers.get('location')?.replace(/[0-9a-f]{32}$/, '<id>') ?? ''
}

const SAME_SITE = { origin: 'https://page.app.example', 'sec-fetch-site': 'same-site' }
const origins = ['https://page.app.example']

it.each([
  ['/media/files', {}, {}, 'files/<id>'],
  ['/media/files/', {}, {}, '<id>'],
  ['/files', {}, {}, 'files/<id>'],
  ['/media/files', {}, { mountPath: '/public' }, 'files/<id>'],
  ['/media/files', SAME_SITE, { origins }, 'files/<id>'],
  ['/media/files', SAME_SITE, { origins, mountPath: '/public' }, 'files/<id>'],
])('a new upload at %s, by %j with %j, is at %s, relative to the request', async (path, headers, http, location) => {
  expect(await locationAt(path, headers, http)).toBe(location)
})

it.each([
  ['/media/files', { 'sec-fetch-site': 'same-origin' }, {}, '/media/files/<id>'],
  ['/media/files/', { 'sec-fetch-site': 'same-origin' }, {}, '/media/files/<id>'],
  ['/media/files', { origin: 'http://app.example' }, {}, '/media/files/<id>'],
  ['/media/files', { 'sec-fetch-site': 'same-origin' }, { mountPath: '/public' }, '/public/files/<id>'],
  ['/files', { 'sec-fetch-site': 'same-origin' }, {}, 'files/<id>'],
])(
  'a new upload at %s, by %j with %j, is at %s, which an endpoint without a host can take',
  async (path, headers, http, location) => {
    expect(await locationAt(path, headers, http)).toBe(location)
  },
)
