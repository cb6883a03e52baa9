import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** X and the account that a page posts to. */
export interface Destination {
  isEmulated: boolean
  /** Such as `@cat`. Undefined if X does not say. */
  account: string | undefined
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

/** Says where posts go. */
function notice({ isEmulated, account }: Destination): Html {
  if (isEmulated) {
    return html`<p class="notice"><strong>X is emulated.</strong> What you post stays on this machine.</p>`
  }
  const owner = account ? html`<strong>${account}</strong>` : 'the account of the server’s token'
  return html`<p class="notice real"><strong>This is the real X.</strong> You post as ${owner}, for everyone to see.</p>`
}
