/** The emulator, a Node server in front of it, and two upload pages: everything to try the package without an account. */

import process from 'node:process'
import { run } from '../cli/server/announce.ts'
import { serveDemo } from '../cli/server/serve-demo.ts'
import { buildPages } from './demo-pages.ts'
import { loadSharp } from './transform/load-sharp.ts'

const [pages, transform] = await Promise.all([buildPages(), loadSharp()])
await run(() => serveDemo(process.env, pages, transform))
