import process from 'node:process'
import { type DenoKv, denoKvStore, serve } from '../../adapters/deno.ts'
import { announce } from '../announce.ts'
import { createDemo } from '../demo.ts'

declare const Deno: { openKv(path: string): Promise<DenoKv> }

const path = process.env['X_MEDIA_STORE']
const demo = createDemo(process.env, path ? denoKvStore(await Deno.openKv(path)) : undefined)
announce(await serve(demo, { port: Number(process.env['PORT'] ?? 8787) }))
