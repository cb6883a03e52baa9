import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { serve } from '../../../adapters/node.ts'
import { runChecks } from '../../support/checks.ts'
import { createReadingApp, READ_BODY_CHECKS } from '../../support/read-body-checks.ts'
import { startWorker } from '../../support/worker.ts'

const run = promisify(execFile)
const support = (file: string) => fileURLToPath(new URL(`../../support/${file}`, import.meta.url))
const bin = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))

describe('an upload whose body the app has read already gets `misconfigured`', () => {
  it('on Node', async () => {
    const server = await serve(createReadingApp(), { port: 0 })
    expect(await runChecks(READ_BODY_CHECKS, server.url)).toEqual({})
    await server.close()
  })

  it('on Bun', async () => {
    const { stdout } = await run(bin('bun'), [support('check-read-bodies-in-bun.ts')])
    expect(JSON.parse(stdout)).toEqual({})
  })

  it('on Deno', async () => {
    const args = ['run', '--no-prompt', '--allow-net', '--allow-env', '--allow-read']
    const { stdout } = await run(bin('deno'), [...args, support('check-read-bodies-in-deno.ts')])
    expect(JSON.parse(stdout)).toEqual({})
  })

  it('on workerd', async () => {
    const flags = ['enable_request_signal']
    const miniflare = await startWorker(support('check-read-bodies-in-workerd.ts'), { compatibilityFlags: flags })
    const { origin } = await miniflare.ready
    expect(await runChecks(READ_BODY_CHECKS, origin)).toEqual({})
    await miniflare.dispose()
  })

  it('and each check fails where there is no server', async () => {
    const wrong = await runChecks(READ_BODY_CHECKS, 'http://127.0.0.1:1')
    expect(Object.keys(wrong)).toEqual(Object.keys(READ_BODY_CHECKS))
  })
})
