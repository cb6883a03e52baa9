import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** The size of a bundle with all its dependencies, hono included; bytes. */
export interface BundleSize {
  minified: number
  gzipped: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Bundles one of the package's entries as a Worker's build does; `without` names packages to leave out. */
export async function bundleSize(entry: string, without: readonly string[] = []): Promise<BundleSize> {
  const { outputFiles } = await bundle(entry, without)
  const [file] = outputFiles
  if (!file) throw new Error('esbuild made no bundle')
  return { minified: file.contents.length, gzipped: gzipSync(file.contents, { level: 9 }).length }
}

/** The files that a bundle of one of the package's entries has, by path from the root. */
export async function bundledFiles(entry: string): Promise<string[]> {
  const { metafile } = await bundle(entry, [])
  return Object.keys(metafile.inputs).sort()
}

async function bundle(entry: string, without: readonly string[]) {
  return await build({
    entryPoints: [root + entry],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: without.flatMap((name) => [name, `${name}/*`]),
  })
}
