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

interface Documentation {
  nodes: Record<string, { symbols: { name: string }[] }>
}

describe('the exports of the package', () => {
  it('are these: a change is for the changelog, and the loss of a name for a new major version', async () => {
    const files = Object.values(jsr.exports).map(String)
    const documentation: Documentation = JSON.parse(
      execFileSync(`${root}node_modules/.bin/deno`, ['doc', '--json', ...files], {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    const lines = Object.entries(jsr.exports).flatMap(([subpath, file]) => {
      const symbols = documentation.nodes[new URL(String(file), pathToFileURL(root)).href]?.symbols ?? []
      return symbols.map(({ name }) => `${name} of ${subpath.replace('.', 'hono-x-media')}`)
    })
    await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('exports.txt')
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
