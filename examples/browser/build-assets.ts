import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = new URL('./', import.meta.url)

/** The script, the styles and the icon of the compose box, by path. @param addition JavaScript at the end of the script. */
export async function buildAssets(addition = ''): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: ['page/page.ts', 'page.css'].map((name) => fileURLToPath(new URL(name, folder))),
    outdir: '/',
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    footer: { js: addition },
    minify: true,
    write: false,
  })
  const assets = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]))
  return assets.set('/icon.svg', await readFile(new URL('icon.svg', folder), 'utf8'))
}
