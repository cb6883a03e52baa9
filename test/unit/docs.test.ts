import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { GENERATED_PAGES } from '../../scripts/generated-pages.ts'
import { formatTable, slug } from '../../scripts/option-table.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { compile } from '../support/compile-docs.ts'
import { fileOn, type Page, pageAt, pages, root } from '../support/docs.ts'

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Pages with links, but without code to compile. */
const readPage = (path: string) => ({ path, text: readFileSync(root + path, 'utf8') })
const OTHER_PAGES = ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].map(readPage)
const BENCH_PAGES = ['bench/RESULTS.md', 'bench/repro/README.md'].map(readPage)

const allText = [...pages, ...OTHER_PAGES].map(({ text }) => text).join('\n')
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

  it('has only JSON that parses', () => {
    const written = allBlocks.filter(({ language }) => language === 'json')
    for (const { text } of written) expect(() => JSON.parse(text), text).not.toThrow()
    expect(written.length).toBeGreaterThan(0)
  })

  it('has only JavaScript that tests run: test/contract/package.test.ts and hosts.test.ts', () => {
    const written = pages.flatMap(({ path, blocks }) =>
      blocks.filter(({ language }) => language === 'js').map(({ file }) => `${path} ${file}`),
    )
    const ofReadme = ['app.mjs', 'server.mjs', 'worker.mjs'].map((name) => `README.md ${name}`)
    expect(written).toEqual([...ofReadme, 'docs/hosting.md koa.mjs'])
  })

  it('has other languages only for the settings of other programs', () => {
    const languages = new Set(allBlocks.map(({ language }) => language))
    const ours = ['ts', 'js', 'json', 'sh']
    expect(ours.filter((language) => !languages.has(language))).toEqual([])
    const others = [...languages].filter((language) => !ours.includes(language))
    expect(others.toSorted()).toEqual(['caddyfile', 'ini', 'nginx', 'text', 'toml', 'yaml'])
  })

  it('has a plan of faults that the emulator accepts', () => {
    const [block] = pageAt('docs/emulator.md').blocks.filter(({ language }) => language === 'json')
    const plan = JSON.parse(block?.text ?? '')
    expect(() => createEmulator().setFaults(plan)).not.toThrow()
    expect(() => createEmulator().setFaults({ ...plan, faults: [{ step: 'nap' }] })).toThrow('nap')
  })

  it('fits into 200 lines on its first page, with no sentence over 30 words', () => {
    const { text } = pageAt('README.md')
    expect(text.split('\n').length).toBeLessThanOrEqual(201)
    const sentences = sentencesOf(text)
    expect(sentences.length).toBeGreaterThan(50)
    expect(sentences.filter((sentence) => countWords(sentence) > 30)).toEqual([])
  })

  it('counts the words of every sentence', () => {
    const page =
      '# One two\n\n- Three [four five](six.md).\n- Seven\n  eight! Nine\n\n| ten | eleven twelve |\n|---|---|\n'
    expect(sentencesOf(page).map(countWords)).toEqual([2, 3, 2, 1, 1, 2])
  })

  it('has only links that lead somewhere', () => {
    expect([...pages, ...OTHER_PAGES, ...BENCH_PAGES].flatMap(brokenLinks)).toEqual([])
  })

  it('finds a link that leads nowhere', () => {
    const page = {
      path: 'docs/page.md',
      text: '# Page\n[a](#page) [b](#no) [c](no.md) [d](errors.md#no) [e](errors.md#overloaded)',
    }
    expect(brokenLinks(page)).toEqual(['#no', 'no.md', 'errors.md#no'].map((link) => `docs/page.md: ${link}`))
  })

  it('links within the package only to what is packed, and to the rest by the URL of the repository', () => {
    const packed = [...pages, ...OTHER_PAGES.filter(({ path }) => path === 'CHANGELOG.md')]
    expect(packed.flatMap(missingFiles)).toEqual([])
    const blob = 'https://github.com/hono-x-media/hono-x-media/blob/main'
    const page = {
      path: 'docs/page.md',
      text: `[a](../SECURITY.md) [b](${blob}/NO.md) [c](${blob}/LICENSE) [d](errors.md#a)`,
    }
    expect(missingFiles(page)).toEqual(['../SECURITY.md', `${blob}/NO.md`])
  })

  it('begins each page with whom it is for', () => {
    const lead = /^# .+\n\nThis page is for [^\n]/
    expect(pages.filter(({ path, text }) => path !== 'README.md' && !lead.test(text)).map(({ path }) => path)).toEqual(
      [],
    )
  })

  it('has the quick start in TypeScript, which differs by its types alone', () => {
    const [typed, untyped] = [fileOn('docs/getting-started.md', 'quick-start.ts'), fileOn('README.md', 'app.mjs')]
    const withoutTypes = (code: string) => transformSync(code, { loader: 'ts' }).code.replace(/^\/\/ .+$/m, '')
    expect(withoutTypes(typed)).toBe(withoutTypes(untyped))
    expect(typed).not.toBe(untyped)
  })

  it('can be reached from the README', () => {
    const { text } = pageAt('README.md')
    expect(
      pages.filter(({ path }) => path !== 'README.md' && !text.includes(`(${path})`)).map(({ path }) => path),
    ).toEqual([])
  })

  it('names only scripts that the package has', () => {
    const named = [...allText.matchAll(/npm (?:run )?([a-z][\w:-]*)|`(serve:\w+)`/g)].map(
      ([, run, serve]) => run ?? serve,
    )
    expect(named.length).toBeGreaterThan(10)
    const builtIn = ['ci', 'init', 'install', 'outdated', 'pkg']
    expect(named.filter((name) => !builtIn.includes(name ?? '') && !Object.hasOwn(scripts, name ?? ''))).toEqual([])
  })

  it.each(GENERATED_PAGES)('has in $name what the source says; npm run docs writes it', ({ name, text }) => {
    expect(pageAt(`docs/${name}`).text).toBe(text)
  })

  it('cannot state a default that is not in the schema', () => {
    const table = { heading: '', file: 'src/options.ts', interfaces: ['AllowOptions'], prefix: 'allow.' }
    expect(formatTable({ ...table, settings: { allow: { shared: false } } })).toContain('| `allow.shared` | `false` |')
    expect(() => formatTable({ ...table, settings: { allow: { shared: true } } })).toThrow('allow.shared')
  })

  it('shows the wrangler.toml of the Worker example', () => {
    const wrangler = readFileSync(`${root}wrangler.toml`, 'utf8')
    const shown = allBlocks.filter(({ language }) => language === 'toml').flatMap(({ text }) => text.split('\n'))
    expect(shown.filter((line) => !/^(?:name|main) = |^# /.test(line) && !wrangler.includes(line))).toEqual([])
  })
})

/** A file of the repository, by its URL. */
const REPOSITORY =
  /^https:\/\/(?:github\.com\/hono-x-media\/hono-x-media\/blob|raw\.githubusercontent\.com\/hono-x-media\/hono-x-media)\/main\//

/** The links of a page in the package to files that the package lacks, and to files that the repository lacks. */
function missingFiles({ path, text }: Pick<Page, 'path' | 'text'>): string[] {
  return allLinksOf(text).filter((link) => {
    if (REPOSITORY.test(link)) return !existsSync(root + link.replace(REPOSITORY, '').replace(/#.*$/, ''))
    if (/^[a-z]+:|^#/.test(link)) return false
    return !/^(?:README|CHANGELOG)\.md$|^docs\//.test(join(dirname(path), link.replace(/#.*$/, '')))
  })
}

/** The links of a page to files or headings that do not exist. */
function brokenLinks({ path, text }: Pick<Page, 'path' | 'text'>): string[] {
  return linksOf(text)
    .filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : join(dirname(path), file)
      if (file !== '' && !existsSync(root + target)) return true
      return (
        anchor !== undefined && !anchorsOf(file === '' ? text : readFileSync(root + target, 'utf8')).includes(anchor)
      )
    })
    .map((link) => `${path}: ${link}`)
}

/** The links within the repository. */
function linksOf(text: string): string[] {
  return allLinksOf(text).filter((link) => !/^[a-z]+:/.test(link))
}

function allLinksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading))
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
}

/** The sentences of a page, without its code: of headings, paragraphs, items of lists and cells of tables. */
function sentencesOf(text: string): string[] {
  return withoutCode(text)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/\n\n|\n(?=- |\|)|\|/)
    .flatMap((part) => part.split(/(?<=[.!?][*`]*)\s+/))
    .filter((sentence) => countWords(sentence) > 0)
}

function countWords(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}
