import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseXMediaOptions } from '../../src/option-schema.ts'
import { compile } from '../support/compile-docs.ts'
import { pageAt, pages, root } from '../support/docs.ts'

const OPTIONS = readFileSync(`${root}src/options.ts`, 'utf8')
/** The options that are objects of options. */
const GROUPS: Readonly<Record<string, string>> = {
  allow: 'AllowOptions',
  http: 'HttpOptions',
  x: 'XApiOptions',
  limits: 'LimitOptions',
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const allText = pages.map(({ text }) => text).join('\n')
const allBlocks = pages.flatMap(({ blocks }) => blocks)

describe('the documentation', () => {
  it('has only TypeScript that compiles', () => {
    const written = pages.map(({ blocks }) => ({ blocks: blocks.filter(({ language }) => language === 'ts') }))
    expect(compile(written.filter(({ blocks }) => blocks.length > 0))).toBe('')
  })

  it('does not compile with a mistake in it', () => {
    const wrong = "import { xMedia } from 'hono-x-media'\nxMedia({ ...options, limits: { uploadBites: 1 } })\n"
    expect(compile([{ blocks: [{ text: wrong, file: 'wrong.ts' }] }])).toContain('uploadBites')
  })

  it('has no code in a language that is not tested', () => {
    expect(new Set(allBlocks.map(({ language }) => language))).toEqual(new Set(['ts', 'sh', 'toml']))
  })

  it('names only scripts that the package has', () => {
    const named = [...allText.matchAll(/npm (?:run )?([a-z][\w:-]*)|`(serve:\w+)`/g)].map(
      ([, run, serve]) => run ?? serve,
    )
    expect(named.length).toBeGreaterThan(10)
    const builtIn = ['ci', 'install']
    expect(named.filter((name) => !builtIn.includes(name ?? '') && !Object.hasOwn(scripts, name ?? ''))).toEqual([])
  })

  it('lists every option with its default, as its docstring does', () => {
    const rows = pageAt('docs/options.md').text.matchAll(/^\| `([\w.]+)` \| ([^|]*) \| /gm)
    const table = new Map([...rows].map(([, name = '', stated = '']) => [name, stated.trim()]))
    const options = optionsIn('XMediaOptions').flatMap((option) => {
      const group = GROUPS[option.name]
      return group === undefined ? option : optionsIn(group, `${option.name}.`)
    })
    expect([...table.keys()].toSorted()).toEqual(options.map(({ name }) => name).toSorted())
    for (const { name, required, docs } of options) {
      const stated = table.get(name) ?? ''
      expect(docs, name).not.toBe('')
      if (required) expect(stated, name).toBe('required')
      // A number or literal in the table must be in the docstring too.
      const [literal] = /^(?:[\d,]+(?: MiB)?|`[^`]+`)$/.exec(stated) ?? []
      if (literal)
        expect(docs.replaceAll(/\s*\n? *\*? +/g, ' '), name).toMatch(new RegExp(`Default:? \`?${inDocs(literal)}\\b`))
      const [, count, unit] = /^([\d,]+)( MiB)?$/.exec(stated) ?? []
      if (count) expect(defaultOf(name), name).toBe(Number(count.replaceAll(',', '')) * (unit ? 1024 * 1024 : 1))
    }
  })

  it('shows the wrangler.toml of the Worker example', () => {
    const wrangler = readFileSync(`${root}wrangler.toml`, 'utf8')
    const shown = allBlocks.filter(({ language }) => language === 'toml').flatMap(({ text }) => text.split('\n'))
    expect(shown.filter((line) => !/^(?:name|main) = /.test(line) && !wrangler.includes(line))).toEqual([])
  })
})

/** The options that an interface declares, with their docstrings. */
function optionsIn(type: string, prefix = ''): { name: string; required: boolean; docs: string }[] {
  const [, body = ''] = new RegExp(`export interface ${type}\\b[^{]*\\{\n([\\s\\S]*?)^\\}`, 'm').exec(OPTIONS) ?? []
  return [...body.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {2}(\w+)(\??):/gm)].map(
    ([, docs = '', name = '', mark]) => ({ name: prefix + name, required: mark === '', docs }),
  )
}

/** The default of an option. */
function defaultOf(path: string): unknown {
  const settings = parseXMediaOptions({ token: 't', secret: 's'.repeat(32), authorize: () => null })
  return path.split('.').reduce<unknown>((group, name) => Reflect.get(Object(group), name), settings)
}

/** A literal of the table as it stands in a docstring, escaped for a regular expression. */
function inDocs(literal: string): string {
  return literal.replaceAll('`', '').replaceAll(/[./]/g, '\\$&')
}
