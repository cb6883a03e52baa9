import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/docs.ts'
import {
  checkWithDeno,
  compileProject,
  documentedFiles,
  type Installation,
  installBuild,
} from '../support/reader-projects.ts'
import { wranglerTypes } from '../support/wrangler-types.ts'

interface Manifest {
  exports: Record<string, string | Record<string, string>>
  bin: { 'hono-x-media': string }
}

const CREATE_HONO = 'create-hono-0.19.5'
/** Code for pages, and the app whose types it uses. */
const isForPages = (code: string) => /hono-x-media\/browser|hono\/client|^\/\/ app\.ts/m.test(code)
const needsNode = (code: string) => /from '(node:|express|twitter-api-v2)/.test(code)
/** The declarations of these do not compile where every declaration is checked, or with the types of Workers. */
const needsFramework = (code: string) => /from '(elysia|h3)'/.test(code)

const WORKER = `
import { Hono } from 'hono'
import { createXMedia, xMedia } from 'hono-x-media'
import { durableObjectStore, worker } from 'hono-x-media/cloudflare'
import { mediaRules } from 'hono-x-media/media'
import { xSignIn } from 'hono-x-media/oauth'
import { fromR2 } from 'hono-x-media/sources'

export { XMediaObject } from 'hono-x-media/cloudflare'
export default worker((env: Env) => {
  const options = {
    token: env.X_BEARER_TOKEN,
    secret: env.X_MEDIA_SECRET,
    store: durableObjectStore(env.UPLOADS),
    media: mediaRules(),
    authorize: () => ({ subject: 'u1' }),
  }
  const signIn = xSignIn({ ...options, clientId: 'app', redirectUri: 'https://app.example/auth/callback' })
  return new Hono()
    .route('/auth', signIn.routes)
    .route('/media', xMedia(options))
    .post('/film', async (c) => c.json(await createXMedia(options).upload({ source: fromR2(env.FILES, 'film.mp4') })))
})
`

describe('the built package', () => {
  let installation: Installation
  let runtimeTypes: string

  beforeAll(async () => {
    installation = installBuild()
    runtimeTypes = await wranglerTypes('2026-04-01', ['enable_request_signal'])
  })
  afterAll(() => installation.remove())

  const workerFiles = (worker: string) =>
    new Map([
      ['worker-configuration.d.ts', runtimeTypes],
      ['src/worker.ts', worker],
    ])

  it('has every file that it exports, with its declarations, and its command', () => {
    const { packageFolder } = installation
    const { exports, bin }: Manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const files = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : Object.values(entry)))
    expect(files).toHaveLength(22)
    expect(files.filter((file) => !existsSync(`${packageFolder}/${file}`))).toEqual([])
    expect(readFileSync(`${packageFolder}/${bin['hono-x-media']}`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(readFileSync(`${packageFolder}/dist/src/index.js`, 'utf8')).not.toContain(".ts'")
  })

  it.each([
    ['tsc --init', 'typescript-7.0.2', () => true, { types: ['node'] }],
    ['create-hono for Node', `${CREATE_HONO}/nodejs`, () => true, {}],
    ['create-hono for Bun', `${CREATE_HONO}/bun`, (code: string) => !needsFramework(code), {}],
  ])('compiles with the documentation’s code under the settings of %s', (_, template, isNeeded, options) => {
    expect(compileProject(installation, template, documentedFiles(isNeeded), options)).toBe('')
  })

  it('compiles with the documentation’s code under the settings of create-hono for Workers', () => {
    const files = new Map([
      ...workerFiles(WORKER),
      ...documentedFiles((code) => !needsNode(code) && !needsFramework(code)),
    ])
    expect(compileProject(installation, `${CREATE_HONO}/cloudflare-workers`, files)).toBe('')
  })

  it('compiles with the documentation’s code under the settings of create-hono for Deno', () => {
    expect(checkWithDeno(installation, `${CREATE_HONO}/deno`, documentedFiles())).toBe('')
  })

  it('compiles with the documentation’s code for pages under the settings of create-vite', () => {
    const files = documentedFiles(isForPages)
    expect([...files.keys()]).toContain('src/docs/getting-started.md/client.ts')
    expect(compileProject(installation, 'create-vite-9.3.0/vanilla-ts', files)).toBe('')
  })

  it('fits the types that Wrangler writes, all declarations checked', () => {
    const compile = (worker: string) =>
      compileProject(installation, `${CREATE_HONO}/cloudflare-workers`, workerFiles(worker), { skipLibCheck: false })
    expect(compile(WORKER)).toBe('')
    const unbranded = WORKER.replace(/^export \{ XMediaObject.*$/m, 'export class XMediaObject {}')
    expect(compile(unbranded)).toContain('__DURABLE_OBJECT_BRAND')
  })
})
