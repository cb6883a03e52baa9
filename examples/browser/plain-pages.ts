/** The page without JavaScript: a form, and pages that say what came of it. */

import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { DemoPagesEnv } from '../../cli/server/serve-demo.ts'
import { isErrorCode, sentencesFor } from '../../src/browser/sentences.ts'
import { createXMedia, type UploadedMedia, type XMedia, type XMediaOptions, xMediaUpload } from '../../src/index.ts'
import { type Html, layout } from './layout.ts'
import type { DemoSignIn } from './sign-in.ts'
import { createPost, type Post, PostRefused } from './x-account.ts'

/** What came of a form. */
type Outcome =
  | { media: UploadedMedia }
  | { post: Post; mediaId: string }
  | { problem: { code?: string; detail: string } }

/** How many outcomes to keep. The oldest are forgotten. */
const MAX_OUTCOMES = 1000

/** Seconds until the page asks X again. */
const REFRESH_SECS = 2

/** @param options For uploads. */
export function plainPages(options: XMediaOptions, signIn: DemoSignIn, isEmulated: boolean): Hono<DemoPagesEnv> {
  const outcomes = new Map<string, Outcome>()

  /** Sends a browser to a page about the outcome, and other clients the outcome itself. */
  function respond(c: Context, outcome: Outcome, status: 201 | 400): Response {
    if (!c.req.header('accept')?.includes('text/html')) return c.json(outcome, status)
    const id = randomUUID()
    outcomes.set(id, outcome)
    const [oldest] = outcomes.keys()
    if (outcomes.size > MAX_OUTCOMES && oldest !== undefined) outcomes.delete(oldest)
    return c.redirect(`/plain/${id}`, 303)
  }

  async function respondWithPage(c: Context, title: string, content: Html, head?: Html): Promise<Response> {
    const link = { href: '/', text: 'With JavaScript' }
    const destination = await signIn.destination(c)
    return await c.html(layout({ title, content, link, destination, ...(head && { head }) }))
  }

  /** Asks X how far it is, unless it has nothing to process. */
  async function latest(c: Context, media: XMedia): Promise<XMedia> {
    const { state = 'succeeded', error } = media.processing_info ?? {}
    if (error || state === 'succeeded' || state === 'failed') return media
    const { token, baseUrl } = await signIn.account(c)
    return (await createXMedia({ token, x: { baseUrl } }).status(media.id)).data
  }

  const app = new Hono<DemoPagesEnv>()
  app.use('/plain', async (c, next) => {
    await next()
    if (c.res.headers.get('content-type') !== 'application/problem+json') return
    c.res = respond(c, { problem: await c.res.json() }, 400)
  })
  return app
    .get('/plain.html', async (c) => respondWithPage(c, 'Upload a file', uploadForm()))
    .post('/plain', xMediaUpload(options), (c) => respond(c, { media: c.var.xMedia }, 201))
    .post('/plain/posts', async (c) => {
      const { text = '', media_id: mediaId = '' } = await c.req.parseBody()
      try {
        const post = await createPost(await signIn.account(c), String(text), [String(mediaId)])
        return respond(c, { post, mediaId: String(mediaId) }, 201)
      } catch (error) {
        if (error instanceof PostRefused) return respond(c, { problem: { detail: error.message } }, 400)
        throw error
      }
    })
    .get('/plain/:outcome', async (c) => {
      const outcome = outcomes.get(c.req.param('outcome'))
      if (!outcome) return c.notFound()
      if ('problem' in outcome) return respondWithPage(c, 'That did not work', problemReport(outcome.problem))
      if ('post' in outcome) {
        const shown = isEmulated && html`<p><a href="/x/${outcome.mediaId}">See the file</a></p>`
        return respondWithPage(c, 'Posted', postReport(outcome.post, shown))
      }
      const media = { ...outcome.media, ...(await latest(c, outcome.media)) }
      const { state = 'succeeded', error } = media.processing_info ?? {}
      if (error || state === 'failed') {
        const detail = error?.message ?? ''
        return respondWithPage(c, 'That did not work', problemReport({ code: 'processing_failed', detail }))
      }
      if (state === 'succeeded') return respondWithPage(c, 'X has the file', mediaReport(media, isEmulated))
      const refresh = html`<meta http-equiv="refresh" content="${REFRESH_SECS}">`
      return respondWithPage(c, 'X is processing the file', processingReport(media), refresh)
    })
}

function uploadForm(): Html {
  return html`
<form class="card" method="post" action="/plain" enctype="multipart/form-data">
<p><label for="alt">Description, for people who cannot see the picture</label>
<textarea id="alt" name="alt_text" rows="3" maxlength="1000"></textarea></p>
<p><label for="media">Picture, GIF or video</label>
<input id="media" type="file" name="media" required accept="image/*,video/*"></p>
<p class="bar"><button class="primary">Upload</button></p>
</form>`
}

function processingReport({ processing_info: info }: XMedia): Html {
  const percent = info?.progress_percent ?? 0
  return html`
<div class="card" role="status">
<p>${percent} % done. This page updates every ${REFRESH_SECS} seconds.</p>
<progress max="100" value="${percent}" aria-label="X’s processing"></progress>
</div>`
}

function mediaReport({ id, facts, warnings = [], errors = [] }: UploadedMedia, isEmulated: boolean): Html {
  const { width, height } = facts ?? {}
  const notes = [...errors.map(({ title, detail }) => `${title}. ${detail}`), ...warnings.map(({ detail }) => detail)]
  return html`
<form class="card" method="post" action="/plain/posts">
<input type="hidden" name="media_id" value="${id}">
<p>Its id is ${id}.${width && height ? ` It has ${width} × ${height} pixels.` : ''}</p>
${isEmulated ? html`<p><a href="/x/${id}">See the file</a></p>` : undefined}
${notes.map((note) => html`<p class="reminder">${note}</p>`)}
<p><label for="text">Your text</label>
<textarea id="text" name="text" rows="3"></textarea></p>
<p class="bar"><a href="/plain.html">Upload another file</a> <button class="primary">Post</button></p>
</form>`
}

function postReport({ id, text }: Post, shown: Html | false): Html {
  return html`
<article class="card post">
<p class="said">${text}</p>
${shown}
<p class="quiet">Post ${id}</p>
<p><a href="/plain.html">Upload another file</a></p>
</article>`
}

function problemReport({ code, detail }: { code?: string; detail: string }): Html {
  const message = isErrorCode(code) ? sentencesFor(code, detail, undefined) : detail
  const about = message.includes(detail) ? '' : ` ${detail}`
  return html`
<div class="card">
<p class="problem">${message}</p>
${code ? html`<details><summary>Technical details</summary><p><code>${code}</code>${about}</p></details>` : undefined}
<p><a href="/plain.html">Try again</a></p>
</div>`
}
