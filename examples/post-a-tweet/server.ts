/**
 * Takes a file, or a form with up to four photos, waits until X has processed them, and posts them:
 * `curl -T cat.png …/posts?text=Meow`, `curl -F media=@cat.png -F media=@kitten.png …/posts?text=Meow`.
 */

import process from 'node:process'
import { Hono } from 'hono'
import { type FetchApp, serve } from '../../adapters/node.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { type DemoEnv, demoOptions, readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { createXMedia, xMediaUpload } from '../../src/index.ts'

/** The app, with the environment's token. */
function createApp(env: DemoEnv): FetchApp {
  const options = demoOptions(env)
  const token = env['X_BEARER_TOKEN'] ?? ''
  const baseUrl = env['X_API_BASE_URL'] || 'https://api.x.com'
  const x = createXMedia({ token, x: { baseUrl } })

  return new Hono().on(['POST', 'OPTIONS'], '/posts', xMediaUpload(options), async (c) => {
    const { signal } = c.req.raw
    const settled = await Promise.all(c.var.xMediaAll.map((data) => x.settle({ data }, { signal })))
    const error = settled.map(({ data }) => data.processing_info?.error).find((found) => found !== undefined)
    if (error) {
      const reason = error.message ?? error.name ?? 'no reason given'
      return c.json({ detail: `X could not process this file: ${reason}` }, 422)
    }
    const ids = settled.map(({ data }) => data.id)
    const posted = await fetch(`${baseUrl}/2/tweets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: c.req.query('text') ?? '', media: { media_ids: ids } }),
    })
    const body: unknown = await posted.json()
    return posted.ok ? c.json(body, 201) : c.json({ detail: 'X refused the post.', x: body }, 502)
  })
}

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  return await serve(createApp(env), { port: readPort(env) })
})
