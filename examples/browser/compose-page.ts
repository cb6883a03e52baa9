import { html } from 'hono/html'
import { type Destination, type Html, layout } from './layout.ts'

export interface ComposePageOptions {
  /** Who posts without a sign-in, for the commands in the developer drawer. */
  user: string
  /** Whether the server makes pictures fit for X. */
  shrinksImages: boolean
  /** Whether the emulated X is slow now, as the switch shows. */
  isXSlow: boolean
}

/** The compose box. The script fills it with life. */
export function composePage(destination: Destination, options: ComposePageOptions): Html {
  const { user, shrinksImages, isXSlow } = options
  return layout({
    title: 'Write a post',
    destination,
    link: { href: '/plain.html', text: 'Without JavaScript' },
    head: html`<script type="module" src="/page.js"></script>`,
    content: html`
<noscript><p class="reminder">This page needs JavaScript. <a href="/plain.html">Upload a file without it.</a></p></noscript>
<form id="composer" class="card" novalidate data-user="${destination.subject ?? user}" data-x="${destination.isEmulated ? 'emulated' : 'real'}" data-shrinks-images="${String(shrinksImages)}">
<label for="text" class="quiet">Your text</label>
<textarea id="text" rows="3" placeholder="What would you like to share?" aria-describedby="count"></textarea>
<div id="drop" hidden>Drop your pictures or a video</div>
<ul id="attachments" aria-label="Files"></ul>
<p id="reminder" class="reminder" hidden></p>
<div id="problem" class="problem" hidden></div>
<div class="bar">
<span class="button"><input id="files" type="file" multiple accept="image/*,.heic,.avif,video/*" aria-label="Add media" aria-describedby="media-hint"><span aria-hidden="true">Add media</span></span>
<span class="button camera"><input id="camera" type="file" capture="environment" accept="image/*,video/*" aria-label="Camera"><span aria-hidden="true">Camera</span></span>
<span class="counter"><svg viewBox="0 0 36 36" width="36" height="36" aria-hidden="true"><circle class="track" cx="18" cy="18" r="14"/><circle id="ring" cx="18" cy="18" r="14" pathLength="1000"/></svg><span id="count">0 of 280 characters</span></span>
<button id="post" class="primary" type="submit">Post</button>
</div>
<p id="waiting" class="quiet" hidden></p>
<p id="media-hint" class="quiet">Up to four pictures, or one video or GIF. <span class="for-mice">Drop or paste them anywhere on this page.</span></p>
</form>
<div id="status" class="visually-hidden" role="status"></div>
<section id="posts" aria-labelledby="posts-title" hidden>
<h2 id="posts-title">Posted</h2>
</section>
</div>
<div class="column developer">
<details id="developer" class="card">
<summary><h2>Under the hood</h2></summary>
<p class="quiet">The requests of this page, and what the server does with X.</p>
${destination.isEmulated ? faults(isXSlow) : undefined}
<div class="log" role="region" aria-labelledby="log-title" tabindex="0">
<h3 id="log-title">As it happened</h3>
<ol id="log"></ol>
<p id="log-empty" class="quiet">Nothing yet. Add a file.</p>
</div>
</details>`,
  })
}

function faults(isXSlow: boolean): Html {
  return html`
<fieldset>
<legend>Make things go wrong</legend>
<p class="quiet">The rate limit and the failed processing affect your next file.</p>
<label class="switch"><input id="slow" type="checkbox" role="switch" autocomplete="off"${isXSlow ? ' checked' : ''}><span>Make X slow</span></label>
<button type="button" data-fault="rate_limit">Hit X’s rate limit</button>
<button type="button" data-fault="processing">Make X’s processing fail</button>
<button type="button" data-fault="connection">Drop my connection</button>
</fieldset>`
}
