/** The emulator, a Node server in front of it, and the upload pages: everything to try the package without an account. */

import process from 'node:process'
import { run } from '../cli/server/announce.ts'
import { serveDemo } from '../cli/server/serve-demo.ts'
import { composePages } from './browser/app.ts'
import { buildAssets } from './browser/build-assets.ts'
import { loadSharp } from './transform/load-sharp.ts'

const [assets, transform] = await Promise.all([buildAssets(), loadSharp()])
await run(() => serveDemo(process.env, (demo) => composePages(demo, assets), transform))
