import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import S3rver from '@20minutes/s3rver'
import { S3 } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { fromFile } from '../../../adapters/node.ts'
import { fromS3, fromUrl } from '../../../src/sources/index.ts'
import { runChecks } from '../../support/checks.ts'
import { checkFiles } from '../../support/file-place.ts'
import { type FileServerOptions, startFileServer } from '../../support/file-server.ts'
import { SOURCE_CHECKS } from '../../support/source-checks.ts'
import { startWorker } from '../../support/worker.ts'

const run = promisify(execFile)
const support = (file: string) => fileURLToPath(new URL(`../../support/${file}`, import.meta.url))
const bin = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))

describe('every source passes the checks', () => {
  it('an object of R2, in workerd', async () => {
    const miniflare = await startWorker(support('check-r2.ts'), { r2Buckets: ['BUCKET'] })
    const response = await miniflare.dispatchFetch('http://worker.example/')
    expect(await response.json()).toEqual({})
    await miniflare.dispose()
  })

  it('an object of S3', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    const buckets = [{ name: 'films' }]
    const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: buckets })
    const { port } = await server.run()
    const client = new S3({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    })
    const film = { Bucket: 'films', Key: 'film.mp4' }
    const wrong = await runChecks(SOURCE_CHECKS, {
      async put(file) {
        await client.putObject({ ...film, Body: file, ContentType: 'video/mp4' })
      },
      source: () => fromS3(client, film),
      missing: () => fromS3(client, { ...film, Key: 'missing.mp4' }),
    })
    expect(wrong).toEqual({})
    client.destroy()
    await server.close()
    await rm(directory, { recursive: true })
  })

  it.each<FileServerOptions>([
    { ranges: true, validator: 'strong' },
    { ranges: true, validator: 'weak' },
    { ranges: true, validator: 'last-modified' },
    { ranges: false, validator: 'strong' },
    { ranges: false, validator: 'last-modified' },
  ])('a URL: %o', async (options) => {
    const server = await startFileServer(options)
    const wrong = await runChecks(SOURCE_CHECKS, {
      put: server.put,
      source: () => fromUrl(`${server.origin}/film.mp4`),
      missing: () => fromUrl(`${server.origin}/missing.mp4`),
    })
    expect(wrong).toEqual({})
    await server.close()
  })

  it('a file, on Node', async () => {
    expect(await checkFiles(fromFile)).toEqual({})
  })

  it('a file, on Bun', async () => {
    const { stdout } = await run(bin('bun'), [support('check-files-in-bun.ts')])
    expect(JSON.parse(stdout)).toEqual({})
  })

  it('a file, on Deno', async () => {
    const args = ['run', '--no-prompt', '--allow-env', '--allow-read', '--allow-write', '--allow-sys']
    const { stdout } = await run(bin('deno'), [...args, support('check-files-in-deno.ts')])
    expect(JSON.parse(stdout)).toEqual({})
  })
})
