import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Manifest {
  version: string
  license: string
  exports: Record<string, string | { default: string }>
  imports: Record<string, string>
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
}
const read = (name: string): Manifest => JSON.parse(readFileSync(root + name, 'utf8'))
const npm = read('package.json')
const jsr = read('deno.json')

/** A place in a source file. */
interface Place {
  filename: string
  line: number
  col: number
}

/** A name as `deno doc` describes it: its kind, or where its declaration is. */
type Declaration = { location: Place } & (
  | { kind: 'class' | 'function' | 'interface' | 'typeAlias' | 'variable' }
  | { kind: 'reference'; def: { target: Place } }
)

interface Documentation {
  nodes: Record<string, { symbols: { name: string; declarations: Declaration[] }[] }>
}

const ROOT = 'hono-x-media'
/** With more names at the root than this, readers would not find what they need. */
const MAX_ROOT_NAMES = 37

describe('the exports of the package', () => {
  const exported = exportsOf(document(Object.values(jsr.exports).map(String)))

  it('are the ones in exports.txt; a change belongs in the changelog', async () => {
    const lines = exported.map(({ name, kind, subpath }) => `${kind} ${name} of ${subpath}`)
    await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('exports.txt')
  })

  it(`are at most ${MAX_ROOT_NAMES} at the root`, () => {
    const names = exported.filter(({ subpath }) => subpath === ROOT)
    expect(names.length).toBeGreaterThan(20)
    expect(names.length).toBeLessThanOrEqual(MAX_ROOT_NAMES)
  })

  it('are the same on npm and on JSR, in the same version and with the same dependencies', () => {
    const built = Object.entries(npm.exports).flatMap(([subpath, entry]) =>
      typeof entry === 'string' ? [] : [[subpath, entry.default.replace('./dist', '.').replace('.js', '.ts')]],
    )
    expect(jsr.exports).toEqual(Object.fromEntries(built))
    expect(jsr.version).toBe(npm.version)
    expect(jsr.license).toBe(npm.license)
    const dependencies = Object.entries({ ...npm.dependencies, ...npm.peerDependencies })
    expect(jsr.imports).toEqual(Object.fromEntries(dependencies.map(([name, range]) => [name, `npm:${name}@${range}`])))
  })
})

function document(files: readonly string[]): Documentation {
  const json = execFileSync(`${root}node_modules/.bin/deno`, ['doc', '--json', ...files], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(json)
}

/** Every name of every subpath, with its kind. */
function exportsOf({ nodes }: Documentation): { name: string; kind: string; subpath: string }[] {
  const declarations = Object.values(nodes).flatMap(({ symbols }) => symbols.flatMap((symbol) => symbol.declarations))
  const kinds = new Map(declarations.map(({ location, kind }) => [JSON.stringify(location), kind]))
  const kindOf = (declaration: Declaration) => {
    const kind = declaration.kind === 'reference' ? kinds.get(JSON.stringify(declaration.def.target)) : declaration.kind
    return kind === 'typeAlias' ? 'type' : kind
  }
  return Object.entries(jsr.exports).flatMap(([subpath, file]) => {
    const { symbols = [] } = nodes[new URL(String(file), pathToFileURL(root)).href] ?? {}
    return symbols.map((symbol) => ({
      name: symbol.name,
      kind: symbol.declarations.map(kindOf).join(' and '),
      subpath: subpath.replace('.', ROOT),
    }))
  })
}
