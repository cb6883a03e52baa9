import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { READERS_OWN } from './compile-docs.ts'
import { pages, root } from './docs.ts'

const FIXTURES = `${root}test/fixtures/tsconfigs`

/** The built package, installed into an empty folder with this repository's dependencies. */
export interface Installation {
  /** Where projects see the package. */
  folder: string
  /** The package's own folder. */
  packageFolder: string
  remove(): void
}

/** Builds the package, and installs it as npm does. */
export function installBuild(): Installation {
  const parent = mkdtempSync(join(tmpdir(), 'hono-x-media-'))
  const folder = join(parent, 'projects')
  const packageFolder = join(folder, 'node_modules/hono-x-media')
  execFileSync(`${root}node_modules/.bin/tsc`, [
    '-p',
    `${root}tsconfig.build.json`,
    '--outDir',
    `${packageFolder}/dist`,
  ])
  cpSync(`${root}package.json`, `${packageFolder}/package.json`)
  symlinkSync(`${root}node_modules`, join(parent, 'node_modules'))
  return { folder, packageFolder, remove: () => rmSync(parent, { recursive: true }) }
}

/** Files by path in a project. */
export type Files = ReadonlyMap<string, string>

/** The TypeScript of the documentation that passes `isNeeded`. */
export function documentedFiles(isNeeded: (code: string) => boolean = () => true): Map<string, string> {
  const files = new Map([['src/own.d.ts', READERS_OWN]])
  for (const { path, blocks } of pages) {
    const needed = blocks.filter(({ language, text }) => language === 'ts' && isNeeded(text))
    for (const [index, { text, file }] of needed.entries()) {
      files.set(`src/${path}/${file ?? `block-${index}.ts`}`, `${text}\nexport {}\n`)
    }
  }
  return files
}

/**
 * The compiler's complaints about files in a project that a tool has set up; none is the empty text.
 *
 * @param template The folder in `test/fixtures/tsconfigs`, which names the tool and its version.
 * @param options Compiler options that the documentation, or a comment in the template, asks for.
 */
export function compileProject(
  { folder }: Installation,
  template: string,
  files: Files,
  options: Readonly<Record<string, unknown>> = {},
): string {
  const project = writeProject(folder, files)
  cpSync(`${FIXTURES}/${template}/tsconfig.json`, join(project, 'template.json'))
  const compilerOptions = { rewriteRelativeImportExtensions: true, ...options }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ extends: './template.json', compilerOptions }))
  return complaintsOf(project, 'tsc', ['-p', project, '--noEmit', '--pretty', 'false'])
}

/** The complaints of `deno check` about files in a project that has the compiler options of a template. */
export function checkWithDeno({ folder }: Installation, template: string, files: Files): string {
  const project = writeProject(folder, files)
  const { compilerOptions } = JSON.parse(readFileSync(`${FIXTURES}/${template}/deno.json`, 'utf8'))
  writeFileSync(join(project, 'deno.json'), JSON.stringify({ compilerOptions, nodeModulesDir: 'manual' }))
  return complaintsOf(project, 'deno', ['check', '--quiet', ...files.keys()])
}

function writeProject(folder: string, files: Files): string {
  const project = mkdtempSync(join(folder, 'project-'))
  for (const [path, text] of files) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const needed = { ...dependencies, ...devDependencies, 'hono-x-media': '*' }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies: needed }))
  return project
}

function complaintsOf(project: string, program: string, args: readonly string[]): string {
  try {
    execFileSync(`${root}node_modules/.bin/${program}`, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' })
    return ''
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error) return `${error.stdout}${error.stderr}`
    throw error
  }
}
