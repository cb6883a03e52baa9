import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CodeBlock, root } from './docs.ts'

/** Declarations that the code of the documentation assumes: the reader's own. */
export const READERS_OWN = `
import type { Context, Hono } from 'hono'
import type { Principal, Store, StoredTokens, XMediaOptions } from 'hono-x-media'
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
  const redirectUri: string
  const redis: { call(name: string | undefined, ...rest: string[]): Promise<unknown> }
  const uploadStore: Store
  function authorize(c: Context): Promise<Principal | null>
  function userId(c: Context): string
  function isBanned(sha256: string | undefined): Promise<boolean>
  function shrink(image: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  function createPost(id: string): Response
  function post(id: string | undefined): void
}
`

const { exports }: { exports: Record<string, string | { default: string }> } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
)

/** The package's own names, at its sources. */
export const PACKAGE_SOURCES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(exports).flatMap(([subpath, entry]) => {
    if (typeof entry === 'string') return []
    const source = entry.default.replace('./dist/', root).replace(/\.js$/, '.ts')
    return [[`hono-x-media${subpath.slice(1)}`, [source]]]
  }),
)

/** A reader's settings may be laxer than ours. */
const LAXER = { isolatedDeclarations: false, declaration: false, noUnusedLocals: false }

/** The compiler's complaints about pages, each in a folder of its own that sees only this package. */
export function compile(pages: readonly { blocks: readonly Pick<CodeBlock, 'text' | 'file'>[] }[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hono-x-media-'))
  try {
    symlinkSync(`${root}node_modules`, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'own.d.ts'), READERS_OWN)
    pages.forEach(({ blocks }, page) => {
      mkdirSync(join(folder, String(page)))
      blocks.forEach(({ text, file }, index) => {
        writeFileSync(join(folder, String(page), file ?? `block-${index}.ts`), `${text}\nexport {}\n`)
      })
    })
    const compilerOptions = { ...LAXER, paths: PACKAGE_SOURCES, typeRoots: [`${root}node_modules/@types`] }
    const config = { extends: `${root}tsconfig.json`, compilerOptions, include: ['**/*.ts'] }
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
