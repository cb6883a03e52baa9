import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

it('closes a server on Deno without an error, with an event stream or without a request', async () => {
  const rights = ['--allow-net', '--allow-env', '--allow-read']
  const check = path('test/support/check-close-in-deno.ts')
  const { stdout } = await promisify(execFile)(path('node_modules/.bin/deno'), ['run', '--no-prompt', ...rights, check])
  expect(JSON.parse(stdout)).toEqual({})
})
