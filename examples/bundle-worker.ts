import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles a Worker as `wrangler` does, in the form that Miniflare takes. */
export async function bundleWorker(entry: URL): Promise<{ type: 'ESModule'; path: string; contents: string }[]> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
  })
  const [bundle] = outputFiles
  if (!bundle) throw new Error('esbuild made no bundle')
  return [{ type: 'ESModule', path: 'worker.js', contents: bundle.text }]
}
