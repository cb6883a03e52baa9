/** Users sign in with X, write a post, and send it with a file from their own accounts. */

import { type Context, Hono } from 'hono'
import { createXMedia, type Store, xMedia, xMediaUpload } from '../../src/index.ts'
import { xSignIn } from '../../src/oauth/index.ts'
import { composePage, welcomePage } from './pages.ts'

export interface SignInEnv {
  /** From console.x.com. */
  X_CLIENT_ID: string
  /** Not for public clients. */
  X_CLIENT_SECRET?: string
  /** At least 32 bytes: encrypts tokens, signs cookies and tickets. */
  X_MEDIA_SECRET: string
  /** Default: X itself. */
  X_API_BASE_URL?: string
}

/** @param redirectUri The URL of `/auth/callback`, as the app's settings at console.x.com have it. */
export function createApp(env: SignInEnv, store: Store, redirectUri: string): Hono {
  const { X_CLIENT_ID: clientId, X_CLIENT_SECRET: clientSecret, X_MEDIA_SECRET: secret } = env
  const { X_API_BASE_URL: baseUrl = 'https://api.x.com' } = env
  const x = xSignIn({
    ...{ clientId, redirectUri, secret, store, apiBaseUrl: baseUrl },
    ...(clientSecret && { clientSecret }),
  })
  const options = { ...x.access, secret, store, x: { baseUrl } }

  async function post(c: Context, subject: string, mediaId: string): Promise<Response> {
    const response = await fetch(`${baseUrl}/2/tweets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await x.tokenFor(subject)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: c.req.query('text') ?? '', media: { media_ids: [mediaId] } }),
    })
    const body: unknown = await response.json()
    return response.ok ? c.json(body, 201) : c.json({ detail: 'X refused the post.', x: body }, 502)
  }

  return new Hono()
    .route('/auth', x.routes)
    .route('/media', xMedia(options))
    .get('/', async (c) => c.html((await x.access.authorize(c)) ? composePage() : welcomePage()))
    .post('/posts', xMediaUpload(options), async (c) => {
      const principal = await x.access.authorize(c)
      if (!principal) return c.json({ detail: 'You have signed out meanwhile.' }, 401)
      const { subject } = principal
      const client = createXMedia({ token: (request) => x.tokenFor(subject, request), x: { baseUrl } })
      const { data } = await client.settle({ data: c.var.xMedia }, { signal: c.req.raw.signal })
      if (data.processing_info?.error) return c.json({ detail: 'X could not process this file.' }, 422)
      return await post(c, subject, data.id)
    })
}
