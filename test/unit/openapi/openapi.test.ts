import { readFile } from 'node:fs/promises'
import { validate } from '@apidevtools/swagger-parser'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { xMedia } from '../../../src/index.ts'
import { DOCTOR_PATHS } from '../../../src/openapi/doctor-paths.ts'
import { MEDIA_PATHS } from '../../../src/openapi/media-paths.ts'
import { describeRoutes } from '../../../src/openapi/openapi.ts'
import type { Operation, Paths } from '../../../src/openapi/openapi-objects.ts'
import { UPLOAD_PATHS } from '../../../src/openapi/upload-paths.ts'
import { PROBLEMS } from '../../../src/problem.ts'
import { RESUMABLE_PATHS } from '../../../src/resumable/paths.ts'
import { base, png, post } from '../../support/app.ts'

const PATHS = { ...UPLOAD_PATHS, ...MEDIA_PATHS, ...RESUMABLE_PATHS, ...DOCTOR_PATHS }
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']

const fetched = async (app: Hono) => await (await app.request('/media/openapi.json')).text()

describe('GET /openapi.json', () => {
  it.each([true, false])('answers with a valid document, also before sign-in, with `compat` %s', async (compat) => {
    const app = new Hono().route('/media', xMedia({ ...base, compat, authorize: () => null }))
    await expect(validate(JSON.parse(await fetched(app)))).resolves.toHaveProperty(['paths', '/media', 'post'])
  })

  it.each(['/', '/media', '/a/b'])('lists the paths below the mount at %s', async (mount) => {
    const app = new Hono().route(mount, xMedia(base))
    const at = mount === '/' ? '' : mount
    const { paths } = await (await app.request(`${at}/openapi.json`)).json()
    expect(Object.keys(paths)).toContain(mount)
    expect((await app.request(mount, post(png))).status).toBe(201)
    expect(Object.keys(paths)).toContain(`${at}/status/{media_id}`)
  })

  it('is checked by a validator that refuses an invalid document', async () => {
    const { paths, ...rest } = describeRoutes('/media', PATHS)
    await expect(
      validate(JSON.parse(JSON.stringify({ ...rest, paths: { '/': { post: {} }, nonsense: {} } }))),
    ).rejects.toThrow()
  })

  it('lists every route and no other', async () => {
    const app = xMedia({ ...base, compat: true, http: { doctor: true } })
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '')}`)
    const { paths }: { paths: Paths } = await (await app.request('/openapi.json')).json()
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => METHODS.includes(method))
        .map((method) => `${method.toUpperCase()} ${path}`),
    )
    // Hono serves HEAD as GET.
    expect(described.filter((route) => !route.startsWith('HEAD ')).toSorted()).toEqual([...new Set(served)].toSorted())
  })

  it('lists every error code with its status, except those of sources, which no route reads', async () => {
    const { paths } = describeRoutes('', PATHS)
    const operations = Object.values(paths).flatMap((path) => Object.values(path))
    const { source_changed: _, source_unavailable: __, ...problemsOfRoutes } = PROBLEMS
    expect(Object.fromEntries(operations.flatMap(codesOf))).toEqual(
      Object.fromEntries(Object.entries(problemsOfRoutes).map(([code, { status }]) => [code, status])),
    )
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
    expect(describeRoutes('', PATHS).info.version).toBe(version)
  })
})

/** The error codes of an operation, each with its status. */
function codesOf({ responses }: Operation): [string, number][] {
  return Object.entries(responses).flatMap(([status, response]) =>
    [...JSON.stringify(response).matchAll(/`(\w+)`: /g)]
      .map(([, code = '']): [string, number] => [code, Number(status)])
      .filter(([code]) => code in PROBLEMS),
  )
}
