import { Hono } from 'hono'
import { onTestFinished, vi } from 'vitest'
import { memoryStore, type Store, xMedia } from '../../src/index.ts'
import { type Instance, instanceOf } from '../../src/instance.ts'
import { optionsWith } from './app.ts'
import { image, initialize } from './compat-calls.ts'
import { create } from './resumable.ts'

/** What a server does with a request, in the order in which it must. */
export type Step = 'authorize' | 'ownership' | 'admission' | 'memory' | 'body'

/** A request to send. */
export interface OpenRequest {
  method: string
  /** Below the mount; `ID` stands for the upload. */
  path: string
  headers: Record<string, string>
  /** How the body begins; it never ends. `ID` stands for the upload. */
  begin?: string
  /** Nobody, unless it is given. */
  subject?: string
  /** Default: that of an upload of `u1`. */
  id?: string
}

/** A server that tells its steps. */
export interface WatchedServer {
  send(request: OpenRequest): { response: Promise<Response>; abort: () => void }
  /** The steps so far, each where it came first. */
  steps(): Step[]
  counters: Instance['counters']
}

/** Starts a server on which `u1` has a resumable upload, and one over X's own API. */
export async function watchServer(): Promise<WatchedServer> {
  const steps: Step[] = []
  const ids: string[] = []
  const memory = memoryStore()
  const store: Store = {
    async get(key) {
      if (ids.some((id) => key.endsWith(id))) steps.push('ownership')
      return await memory.get(key)
    },
    compareAndSwap: (...swap) => memory.compareAndSwap(...swap),
  }
  const options = optionsWith({
    ...{ compat: true, store },
    authorize(c) {
      steps.push('authorize')
      const subject = c.req.header('x-demo-user')
      return subject === undefined ? null : { subject }
    },
  })
  const app = new Hono().route('/media', xMedia(options))
  const { uploads, relay, counters } = instanceOf(options)
  const { admit } = uploads
  vi.spyOn(uploads, 'admit').mockImplementation((...given) => {
    steps.push('admission')
    return admit(...given)
  })
  const { reserve } = relay.memory
  vi.spyOn(relay.memory, 'reserve').mockImplementation((...given) => {
    steps.push('memory')
    return reserve(...given)
  })

  function neverEnding(begin: string | undefined): ReadableStream<Uint8Array> {
    let rest = begin
    return new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          steps.push('body')
          if (rest === undefined) return new Promise(() => {})
          controller.enqueue(new TextEncoder().encode(rest))
          rest = undefined
          return undefined
        },
      },
      { highWaterMark: 0 },
    )
  }

  const resumable = (await create(app)).split('/').at(-1) ?? ''
  const mediaId = await initialize(
    async (method, path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('x-demo-user', 'u1')
      return await app.request(`/media/2/media${path}`, { ...init, method, headers })
    },
    { media_type: 'image/png', total_bytes: image.length },
  )
  ids.push(resumable, mediaId)
  steps.splice(0)

  return {
    send({ method, path, headers, begin, subject, id = path.startsWith('/files') ? resumable : mediaId }) {
      const abort = new AbortController()
      onTestFinished(() => abort.abort())
      const init = { method, body: neverEnding(begin?.replace('ID', id)), duplex: 'half', signal: abort.signal }
      const request = new Request(`http://x/media${path.replace('ID', id)}`, init)
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
      if (subject === undefined) request.headers.delete('x-demo-user')
      else request.headers.set('x-demo-user', subject)
      return { response: Promise.resolve(app.request(request)), abort: () => abort.abort() }
    },
    steps: () => [...new Set(steps)],
    counters,
  }
}
