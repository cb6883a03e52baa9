import { build } from 'esbuild'
import { Miniflare, type SharedOptions, type WorkerOptions } from 'miniflare'

/** A module bundled with its imports, in the form that workerd needs. */
export async function bundleWorker(entry: string): Promise<{ type: 'ESModule'; path: string; contents: string }[]> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
  })
  return [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }]
}

/** Runs a module in workerd. */
export async function startWorker(
  entry: string,
  options: Omit<Partial<WorkerOptions>, 'modules'>,
  shared: SharedOptions = {},
): Promise<Miniflare> {
  return new Miniflare({ modules: await bundleWorker(entry), compatibilityDate: '2026-07-30', ...options, ...shared })
}
