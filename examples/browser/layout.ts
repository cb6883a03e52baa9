import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** X and the account that a page posts to. */
export interface Destination {
  isEmulated: boolean
  /** The user who has signed in with X. Undefined: posts go to the account of the server. */
  subject: string | undefined
  /** The account, such as `@cat`. Undefined if X does not say. */
  account: string | undefined
  /** Where to sign in with X, or out. Undefined if the server has no client ID of X. */
  sessionUrl?: string
}

/** What a page is made of. */
export interface PageParts {
  title: string
  destination: Destination
  content: Html
  /** Further elements of the head. */
  head?: Html
  /** A link to the other page. */
  link: { href: string; text: string }
}

/** A page with everything that the pages have in common. */
export function layout({ title, destination, content, head, link }: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
${head}
</head>
<body>
<header class="masthead">
<p class="brand"><img src="/icon.svg" alt="" width="32" height="32"> hono-x-media</p>
<nav><a href="${link.href}">${link.text}</a></nav>
</header>
<main>
<div class="column">
<h1>${title}</h1>
${notice(destination)}
${content}
</div>
</main>
</body>
</html>`
}

/** Says where posts go, and from whose account. */
function notice(destination: Destination): Html {
  const { isEmulated, subject, account } = destination
  const owner = account ? html`<strong>${account}</strong>` : 'the account of the server’s token'
  const who = subject ? html`You are signed in and post as ${owner}` : html`You post as ${owner}`
  return isEmulated
    ? html`
<div class="notice">
<p><strong>X is emulated.</strong> ${who}. Nothing leaves this machine.</p>
${sessionLink(destination)}
</div>`
    : html`
<div class="notice real">
<p><strong>This is the real X.</strong> ${who}, for everyone to see.</p>
${sessionLink(destination)}
</div>`
}

function sessionLink({ isEmulated, subject, sessionUrl }: Destination): Html | undefined {
  if (!sessionUrl) return undefined
  const text = subject ? 'Sign out' : `Sign in with X${isEmulated ? ' (emulated)' : ''}`
  return html`<a class="button" href="${sessionUrl}">${text}</a>`
}
