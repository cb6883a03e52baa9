import type { RecordedRequest } from './recorded-fetch.ts'

/** A command that sends the same request. The file, which only the page has, is called `FILE`. */
export function curlFor({ method, url, headers, body }: RecordedRequest, user: string): string {
  const all = Object.entries({ ...headers, 'x-demo-user': user })
  return [
    `curl -X ${method} ${quoted(new URL(url, location.href).href)}`,
    ...all.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body instanceof Blob ? ['--data-binary @FILE'] : []),
  ].join(' \\\n  ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
