import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import type { XMediaOptions } from '../../src/index.ts'
import type { TransformImage } from '../../src/media/index.ts'
import { demoEnv } from './demo-env.ts'
import { type DemoEnv, demoOptions, readPort } from './demo-options.ts'
import { readEmulatorOptions, serveEmulator } from './serve-emulator.ts'

/** The names that this machine has for itself. */
const LOCAL = ['127.0.0.1', 'localhost', '[::1]']

/** The cookie that makes each browser a user of its own. */
const USER = 'demo-user'

/** The context of the pages. */
export interface DemoPagesEnv {
  Variables: {
    /** The user whose browser it is. */
    demoUser: string
  }
}

/** What the pages work with. */
export interface Demo {
  /** The environment, with the URL and the token of an emulated X. */
  env: DemoEnv
  /** For `xMedia`. */
  options: XMediaOptions
  /** The URL of the server. */
  url: string
  /** Undefined: it is the real X. */
  emulator: Emulator | undefined
  /** Whether the server makes images smaller that X would refuse. */
  shrinksImages: boolean
}

/** Makes the pages. They mount the package at `/media`. */
export type DemoPages = (demo: Demo) => Hono<DemoPagesEnv>

/**
 * Serves pages with the package, to this machine alone. X is emulated unless the environment has a token.
 *
 * @param transform Makes images smaller that X would refuse.
 */
export async function serveDemo(given: DemoEnv, pages: DemoPages, transform?: TransformImage): Promise<RunningServer> {
  const port = readPort(given)
  let emulator: (Emulator & RunningServer) | undefined
  const env = await demoEnv(given, async () => {
    const started = await serveEmulator(readEmulatorOptions(given))
    emulator = started
    return started
  })
  const { authorize, ...options } = demoOptions(env, undefined, transform)
  const app = new Hono<DemoPagesEnv>()
  const server = await serve(app, { port }).catch(async (error: unknown) => {
    // Its socket would keep the process alive.
    await emulator?.close()
    throw error
  })
  const demo: Demo = {
    ...{ env, url: server.url, emulator, shrinksImages: transform !== undefined },
    options: {
      ...options,
      // Users sign in by cookie here, so pages of other origins stay out.
      http: { doctor: true },
      authorize(c) {
        const subject = getCookie(c, USER)
        return subject ? { subject } : authorize(c)
      },
    },
  }
  app
    // DNS rebinding: pages of a foreign name that resolves to this machine would count as this server's own.
    .use((c, next) => (LOCAL.includes(new URL(c.req.url).hostname) ? next() : Promise.resolve(c.notFound())))
    .use(async (c, next) => {
      const known = getCookie(c, USER)
      const user = known ?? randomUUID()
      c.set('demoUser', user)
      await next()
      const isPage = c.res.headers.get('content-type')?.startsWith('text/html')
      if (isPage && !known) setCookie(c, USER, user, { httpOnly: true, sameSite: 'Strict' })
    })
    .route('/', pages(demo))
  if (emulator === undefined) console.log('uploads go to X with the token in X_BEARER_TOKEN')
  return server
}
