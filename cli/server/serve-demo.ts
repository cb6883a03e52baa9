import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { xMedia } from '../../src/index.ts'
import type { TransformImage } from '../../src/media/index.ts'
import { demoEnv } from './demo-env.ts'
import { type DemoEnv, demoOptions, readPort } from './demo-options.ts'
import { readEmulatorOptions, serveEmulator } from './serve-emulator.ts'

/** The names that this machine has for itself. */
const LOCAL = ['127.0.0.1', 'localhost', '[::1]']

/** Each browser is a user of its own. */
const USER = 'demo-user'

/**
 * Serves pages, and the package at `/media` for those who see them. X is emulated unless the environment has a token.
 *
 * @param transform Makes images smaller that X would refuse.
 */
export async function serveDemo(given: DemoEnv, pages: Hono, transform?: TransformImage): Promise<RunningServer> {
  const port = readPort(given)
  let emulator: RunningServer | undefined
  const env = await demoEnv(given, async () => {
    emulator = await serveEmulator(readEmulatorOptions(given))
    return emulator
  })
  const emulatorUrl = emulator?.url
  const { http: _, authorize, ...options } = demoOptions(env, undefined, transform)
  const media = xMedia({
    ...options,
    // Users sign in by cookie here, so pages of other origins stay out.
    http: { doctor: true },
    authorize: (c) => {
      const subject = getCookie(c, USER)
      return subject ? { subject } : authorize(c)
    },
  })

  const app = new Hono()
    // DNS rebinding: pages of a foreign name that resolves to this machine would count as this server's own.
    .use((c, next) => (LOCAL.includes(new URL(c.req.url).hostname) ? next() : Promise.resolve(c.notFound())))
    .route('/media', media)
    // The emulator serves the files that it has received.
    .get('/x/:id{[0-9]+}', (c) =>
      emulatorUrl ? c.redirect(`${emulatorUrl}/_emulator/uploads/${c.req.param('id')}/media`) : c.notFound(),
    )
    .use(async (c, next) => {
      await next()
      if (c.res.ok && !getCookie(c, USER)) setCookie(c, USER, randomUUID(), { httpOnly: true, sameSite: 'Strict' })
    })
    .route('/', pages)
  if (emulatorUrl === undefined) console.log('uploads go to X with the token in X_BEARER_TOKEN')
  try {
    return await serve(app, { port })
  } catch (error) {
    // Its socket would keep the process alive.
    await emulator?.close()
    throw error
  }
}
