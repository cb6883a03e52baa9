import { html, raw } from 'hono/html'

export type Html = ReturnType<typeof html>

/** Looks like the pages of `npm start`. */
const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#211d17, #efeae0); --accent: light-dark(#0d6b5f, #6fd3bf); }
* { box-sizing: border-box; }
body { margin: 0; background: light-dark(#f4f0e6, #14181a); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: clamp(0rem, 6vw, 4rem) auto; padding: 1.25rem; background: light-dark(#fffdf8, #1d2326); }
@media (min-width: 36rem) { main { padding: 2rem; border-radius: 20px; } }
main { overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.1; }
.notice { padding: .625rem 1rem; border-left: 4px solid var(--accent); background: light-dark(#dcece6, #17352f); }
form { display: flex; flex-wrap: wrap; gap: .75rem; }
label { flex: 1 0 100%; }
input, button { min-height: 44px; padding: .25rem 1.25rem; border: 1px solid light-dark(#8a8071, #7d8788); border-radius: 22px;
  background: transparent; color: inherit; font: inherit; }
input { display: block; width: 100%; border-radius: 12px; }
button { cursor: pointer; }
button:first-of-type { border-color: var(--accent); background: var(--accent); color: light-dark(#fff, #07231e); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
`

/** A page of the emulated x.com, which says that it is one. */
export function authorizeLayout(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="notice"><strong>X is emulated.</strong> This is not the real X: it asks for no password.</p>
${content}
</main>
</body>
</html>`
}
