import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import type * as client from '../../src/browser/index.ts'

const { outputFiles } = await build({
  entryPoints: [new URL('../../src/browser/index.ts', import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'client',
})
const code = `${outputFiles[0]?.text}; client`

/**
 * The client in a global scope of its own, which has nothing but the language and what React Native has in full: no Web
 * Streams, EventSource, IndexedDB, TextDecoder, URL, crypto or Response.
 */
export function loadNativeClient(): typeof client {
  return runInNewContext(code, { setTimeout, clearTimeout, AbortController, Blob })
}
