import { Hono } from 'hono'
import { html } from 'hono/html'
import { xMedia } from '../../src/index.ts'
import type { DemoPages, DemoPagesEnv } from './serve-demo.ts'

/**
 * One page with a form that uploads a file or several photos, without a script. The text describes the first. The answer is
 * the server's JSON.
 */
export const formPage: DemoPages = ({ options }) =>
  new Hono<DemoPagesEnv>().route('/media', xMedia(options)).get('/', (c) =>
    c.html(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Upload to X</title>
<h1>Upload to X</h1>
<form method="post" action="/media" enctype="multipart/form-data">
<p><label>Alternative text <input name="alt_text" maxlength="1000"></label></p>
<p><label>One file, or up to four photos <input name="media" type="file" multiple required accept="image/*,video/*"></label></p>
<button>Upload</button>
</form>
</html>`),
  )
