import type { RecordedRequest } from './recorded-fetch.ts'

/** A command that sends the same request. Only the page has the file, so the command calls it `FILE`. */
export async function curlFor({ method, url, headers, body }: RecordedRequest, user: string): Promise<string> {
  const data = body instanceof Blob ? [await dataOption(body, headers['content-type'])] : []
  const all = Object.entries({ ...headers, 'x-demo-user': user })
  return [
    `curl -X ${method} ${quoted(new URL(url, location.href).href)}`,
    ...all.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...data,
  ].join(' \\\n  ')
}

async function dataOption(body: Blob, type: string | undefined): Promise<string> {
  return type === 'text/plain' ? `--data-raw ${quoted(await body.text())}` : '--data-binary @FILE'
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
