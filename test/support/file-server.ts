import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FilePlace } from './source-checks.ts'

export interface FileServerOptions {
  /** Whether it sends ranges. */
  ranges: boolean
  /** How it tells one file from another. */
  validator: 'strong' | 'weak' | 'last-modified'
}

/** A web server with one file, at `/film.mp4`. */
export interface FileServer extends Pick<FilePlace, 'put'> {
  origin: string
  /** The requests so far: their paths and ranges. */
  requests: { path: string; range: string | undefined; authorization: string | undefined }[]
  /** Answers a path in another way. */
  on(path: string, answer: (request: IncomingMessage, response: ServerResponse) => void): void
  close(): Promise<void>
}

export async function startFileServer({ ranges, validator }: FileServerOptions): Promise<FileServer> {
  let file = new Uint8Array(0)
  let changes = 0
  const requests: FileServer['requests'] = []
  const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>()

  function validatorHeaders(): Record<string, string> {
    if (validator === 'last-modified') {
      return { 'last-modified': new Date(1_790_000_000_000 + 60_000 * changes).toUTCString() }
    }
    const tag = `"${createHash('sha256').update(file).digest('hex')}"`
    return { etag: validator === 'weak' ? `W/${tag}` : tag }
  }

  function sendFile({ headers }: IncomingMessage, response: ServerResponse): void {
    const validators = validatorHeaders()
    const common = { ...validators, 'content-type': 'video/mp4' }
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
    const condition = headers['if-range']
    if (!ranges || first === '' || (condition !== undefined && condition !== validators['etag'])) {
      response.writeHead(200, { ...common, 'content-length': file.length }).end(file)
      return
    }
    if (Number(first) >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      return
    }
    const part = file.subarray(Number(first), last === '' ? file.length : Number(last) + 1)
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${file.length}`
    response.writeHead(206, { ...common, 'content-range': range, 'content-length': part.length }).end(part)
  }

  const server = createServer((request, response) => {
    const { url: path = '', headers } = request
    requests.push({ path, range: headers.range, authorization: headers.authorization })
    const answer = answers.get(path)
    if (answer) answer(request, response)
    else if (path === '/film.mp4') sendFile(request, response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port')

  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    async put(next) {
      file = next
      changes += 1
    },
    on: (path, answer) => void answers.set(path, answer),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
