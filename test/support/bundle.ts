import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** The size of a bundle with all its dependencies, hono included; bytes. */
export interface BundleSize {
  minified: number
  gzipped: number
}

/** Bundles one of the package's entries as a Worker's build does; `without` names packages to leave out. */
export async function bundleSize(entry: string, without: readonly string[] = []): Promise<BundleSize> {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../../${entry}`, import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: without.flatMap((name) => [name, `${name}/*`]),
  })
  const [bundle] = outputFiles
  if (!bundle) throw new Error('esbuild made no bundle')
  return { minified: bundle.contents.length, gzipped: gzipSync(bundle.contents, { level: 9 }).length }
}
