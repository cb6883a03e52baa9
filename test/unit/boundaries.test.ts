import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findWrongWays } from '../support/boundaries.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const sources = new Map(
  ['src', 'adapters', 'cli'].flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [`${folder}/${file}`, readFileSync(`${root}${folder}/${file}`, 'utf8')] as const),
  ),
)

describe('the direction of imports', () => {
  it('is one way everywhere, without cycles, and src uses no global of one runtime', () => {
    expect(findWrongWays(sources)).toEqual([])
  })

  it.each([
    ['src/x/wrong.ts', "import { Hono } from 'hono'", 'src/x/wrong.ts must not import hono'],
    ['src/relay/wrong.ts', "import { xMedia } from '../app.ts'", 'src/relay/wrong.ts must not import src/app.ts'],
    ['src/routes/wrong.ts', "import { serve } from '../../adapters/node.ts'", 'must not import adapters/node.ts'],
    ['src/wrong.ts', "import { readFile } from 'node:fs'", 'src/wrong.ts must not import node:fs'],
    [
      'src/wrong.ts',
      "import {\n  env,\n} from 'cloudflare:workers'",
      'src/wrong.ts must not import cloudflare:workers',
    ],
    ['adapters/wrong.ts', "import { runCli } from '../cli/run-cli.ts'", 'must not import cli/run-cli.ts'],
    ['src/ingress/wrong.ts', "export type { A } from '../relay/relay.ts'", 'must not import src/relay/relay.ts'],
    ['src/emulator/wrong.ts', "import { relay } from '../relay/relay.ts'", 'must not import src/relay/relay.ts'],
    ['src/x/wrong.ts', "const late = await import('../app.ts')", 'must not import src/app.ts'],
    ['src/x/wrong.ts', 'const v = Deno.version', 'src/x/wrong.ts must not use Deno'],
    ['src/x/wrong.ts', 'const v = process.env', 'src/x/wrong.ts must not use process'],
  ])('is broken by %s with: %s', (path, text, complaint) => {
    const wrong = findWrongWays(new Map([...sources, [path, text]]))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain(complaint)
  })

  it('is broken by two files that import each other, even if only for types', () => {
    const wrong = findWrongWays(
      new Map([
        ...sources,
        ['src/x/a.ts', "import type { B } from './b.ts'"],
        ['src/x/b.ts', "import type { A } from './a.ts'"],
      ]),
    )
    expect(wrong).toEqual(['cycle: src/x/a.ts → src/x/b.ts → src/x/a.ts'])
  })
})
