import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseXMediaOptions } from '../../src/option-schema.ts'
import { blocks, readme, root } from '../support/readme.ts'

/** Declarations that the code in the README assumes: the reader's own. */
const READERS_OWN = `
import type { Context, Hono } from 'hono'
import type { Principal, StoredTokens, XMediaOptions } from 'hono-x-media'
import type { TwitterApi } from 'twitter-api-v2'

declare global {
  const app: Hono
  const options: XMediaOptions
  const token: string
  const secret: string
  const signal: AbortSignal
  const onEvent: NonNullable<XMediaOptions['onEvent']>
  const twitter: TwitterApi
  const tokenOfYourApp: string
  const file: File
  const id: string
  const clientId: string
  const clientSecret: string
  const refreshToken: string
  const store: {
    get(key: string): Promise<StoredTokens | undefined>
    put(key: string, tokens: StoredTokens): Promise<void>
  }
  function authorize(c: Context): Promise<Principal | null>
  function userId(c: Context): string
  function isBanned(sha256: string | undefined): Promise<boolean>
  function shrink(image: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  function createPost(id: string): Response
  function post(id: string | undefined): void
}
`

const OPTIONS = readFileSync(`${root}src/options.ts`, 'utf8')
/** The options that are objects of options. */
const GROUPS: Readonly<Record<string, string>> = {
  allow: 'AllowOptions',
  http: 'HttpOptions',
  x: 'XApiOptions',
  limits: 'LimitOptions',
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

describe('the README', () => {
  it('has only TypeScript that compiles', () => {
    expect(compile(blocks.filter(({ language }) => language === 'ts'))).toBe('')
  })

  it('does not compile with a mistake in it', () => {
    const wrong = "import { xMedia } from 'hono-x-media'\nxMedia({ ...options, limits: { uploadBites: 1 } })\n"
    expect(compile([{ text: wrong, file: 'wrong.ts' }])).toContain('uploadBites')
  })

  it('has no code in a language that is not tested', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'sh', 'toml']))
  })

  it('names only scripts that the package has', () => {
    const named = [...readme.matchAll(/npm (?:run )?([a-z][\w:-]*)|`(serve:\w+)`/g)].map(
      ([, run, serve]) => run ?? serve,
    )
    expect(named.length).toBeGreaterThan(10)
    const builtIn = ['ci', 'install']
    expect(named.filter((name) => !builtIn.includes(name ?? '') && !Object.hasOwn(scripts, name ?? ''))).toEqual([])
  })

  it('lists every option with its default, as its docstring does', () => {
    const [, section = ''] = readme.split('\n## Options\n')
    const rows = section.split('\n## ')[0]?.matchAll(/^\| `([\w.]+)` \| ([^|]*) \| /gm) ?? []
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
    const shown = blocks.filter(({ language }) => language === 'toml').flatMap(({ text }) => text.split('\n'))
    expect(shown.filter((line) => !/^(?:name|main) = /.test(line) && !wrangler.includes(line))).toEqual([])
  })
})

/** The compiler's complaints about files, in an empty folder that sees only this package. */
function compile(files: readonly { text: string; file: string | undefined }[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hono-x-media-'))
  try {
    symlinkSync(`${root}node_modules`, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'own.d.ts'), READERS_OWN)
    files.forEach(({ text, file }, index) => {
      writeFileSync(join(folder, file ?? `block-${index}.ts`), `${text}\nexport {}\n`)
    })
    const subpaths = ['node', 'bun', 'deno', 'express', 'cloudflare'].map((name) => [name, `adapters/${name}.ts`])
    const paths = Object.fromEntries(
      [...subpaths, ...['emulator', 'oauth', 'browser', 'media'].map((name) => [name, `src/${name}/index.ts`])].map(
        ([name, file]) => [`hono-x-media/${name}`, [root + file]],
      ),
    )
    const compilerOptions = {
      paths: { 'hono-x-media': [`${root}src/index.ts`], ...paths },
      typeRoots: [`${root}node_modules/@types`],
      // A reader's settings may be laxer than ours.
      isolatedDeclarations: false,
      declaration: false,
      noUnusedLocals: false,
    }
    const config = { extends: `${root}tsconfig.json`, compilerOptions, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    execFileSync(`${root}node_modules/.bin/tsc`, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
    return ''
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout)
    throw error
  } finally {
    rmSync(folder, { recursive: true })
  }
}

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
