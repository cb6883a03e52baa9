import { html } from 'hono/html'

type Html = ReturnType<typeof html>

export function welcomePage(): Html {
  return page(html`<p><a href="/auth/login">Sign in with X</a></p>`)
}

export function composePage(): Html {
  return page(html`
<form id="compose">
<p><label>Text <input name="text" maxlength="280"></label></p>
<p><label>File <input name="media" type="file" required accept="image/*,video/*"></label></p>
<button>Post</button>
</form>
<p><output></output></p>
<p><a href="/auth/logout">Sign out</a></p>
<script type="module">
  const form = document.querySelector('#compose')
  const output = document.querySelector('output')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    output.value = 'Sending…'
    const query = new URLSearchParams({ text: form.elements.text.value })
    const response = await fetch('/posts?' + query, { method: 'POST', body: form.elements.media.files[0] })
    const { data, detail, login } = await response.json()
    if (login) location.href = login
    output.value = data ? 'Posted with the id ' + data.id : detail
  })
</script>`)
}

function page(content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Post with a file</title>
<h1>Post with a file</h1>
${content}
</html>`
}
