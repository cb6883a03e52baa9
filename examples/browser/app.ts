/** The upload pages and what they need of a server: posts, what happens behind the scenes, and faults on request. */

import { Hono, type MiddlewareHandler } from 'hono'
import { csrf } from 'hono/csrf'
import { createMiddleware } from 'hono/factory'
import { getMimeType } from 'hono/utils/mime'
import type { Demo, DemoPagesEnv } from '../../cli/server/serve-demo.ts'
import { XMediaError, xMedia } from '../../src/index.ts'
import { createActivity } from './activity.ts'
import { composePage } from './compose-page.ts'
import { createPacedFetch, FAULTS } from './faults.ts'
import { plainPages } from './plain-pages.ts'
import { createSignIn } from './sign-in.ts'
import { createPost, PostRefused } from './x-account.ts'

/** Pages may load nothing from elsewhere. */
const POLICY =
  "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'"

const addPolicy: MiddlewareHandler = createMiddleware(async function addPolicy(c, next) {
  await next()
  const { headers } = c.res
  // The pages of the sign-in have a stricter one.
  if (headers.has('content-security-policy')) return
  if (headers.get('content-type')?.startsWith('text/html')) c.header('content-security-policy', POLICY)
})

/** @param assets The script, the styles and the icon, by path. */
export function composePages(demo: Demo, assets: ReadonlyMap<string, string>): Hono<DemoPagesEnv> {
  const { emulator } = demo
  const activity = createActivity()
  const paced = createPacedFetch()
  const signIn = createSignIn(demo)
  const options = {
    ...demo.options,
    ...signIn.access,
    onEvent: activity.onEvent,
    x: { ...demo.options.x, fetch: paced.fetch },
  }

  const app = new Hono<DemoPagesEnv>()
    .use(addPolicy)
    // Uploads have a check of their own, which lets in clients that are not browsers.
    .on('POST', ['/posts', '/plain/posts'], csrf())
    .use('/media/*', (c, next) => activity.during(c.var.demoUser, next))
    .route('/media', xMedia(options))
    .route('/auth', signIn.routes)
    .get('/', async (c) => {
      const { shrinksImages } = demo
      const page = { user: c.var.demoUser, shrinksImages, isXSlow: paced.isSlow }
      return c.html(composePage(await signIn.destination(c), page))
    })
    .get('/activity', (c) => activity.follow(c))
    .post('/posts', async (c) => {
      const request: unknown = await c.req.json()
      const { text, mediaIds, user } = readPost(request)
      const { subject = c.var.demoUser } = await signIn.destination(c)
      // Another tab may have signed in or out. This page still shows the account from before.
      if (user !== subject)
        return c.json({ detail: 'You have signed in or out since. Reload the page, then post.' }, 409)
      return c.json(await createPost(await signIn.account(c), text, mediaIds), 201)
    })
    .route('/', plainPages(options, signIn, emulator !== undefined))
    .onError((error, c) => {
      if (error instanceof PostRefused) return c.json({ detail: error.message }, 502)
      if (error instanceof XMediaError) return error.getResponse()
      throw error
    })

  if (emulator) {
    app
      // The emulator has the files. From here, the page may show them.
      .get('/x/:id{[0-9]+}', (c) => {
        const range = c.req.header('range')
        return emulator.app.request(`/_emulator/uploads/${c.req.param('id')}/media`, {
          headers: range ? { range } : {},
        })
      })
      .put('/faults/slow', async (c) => {
        paced.isSlow = (await c.req.text()) === 'true'
        return c.body(null, 204)
      })
      .put('/faults/:name', (c) => {
        const faults = FAULTS[c.req.param('name')]
        if (!faults) return c.notFound()
        emulator.setFaults({ faults: [...faults] })
        return c.body(null, 204)
      })
  }
  return app.get('/:name', (c) => {
    const text = assets.get(c.req.path)
    return text === undefined ? c.notFound() : c.body(text, 200, { 'content-type': getMimeType(c.req.path) ?? '' })
  })
}

/** What the page posts. X checks it. */
function readPost(request: unknown): { text: string; mediaIds: string[]; user: unknown } {
  const { text, mediaIds, user }: { text?: unknown; mediaIds?: unknown; user?: unknown } = Object(request)
  return { text: String(text ?? ''), mediaIds: Array.isArray(mediaIds) ? mediaIds.map(String) : [], user }
}
