import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { expectFile } from '../support/own-uploads.ts'
import { type Program, start } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'

/** Two segments and a half. */
const video = randomVideo(10 * 1024 * 1024)

interface Post {
  id: string
  at: number
  state: string
  postId?: string
  detail?: string
}

describe('the example scheduled-post', () => {
  let emulator: Emulator
  let x: RunningServer
  let data: string
  let server: Program
  let posts: number
  /** Runs before or after X works on a call. */
  let onCall: (path: string, isAfter: boolean) => Promise<void>

  const startServer = () =>
    start('example:scheduled-post', {
      ...{ API_KEY: 'of-the-app', X_BEARER_TOKEN: 'server-held-token' },
      ...{ X_API_BASE_URL: x.url, DATA: data },
    })

  beforeEach(async () => {
    emulator = createEmulator({ processing: { pendingSecs: 0, inProgressSecs: 1 } })
    posts = 0
    onCall = async () => {}
    const app = {
      async fetch(request: Request, env: unknown) {
        const { pathname } = new URL(request.url)
        await onCall(pathname, false)
        const response = await emulator.app.fetch(request, env)
        if (pathname === '/2/tweets' && response.status === 201) posts += 1
        await onCall(pathname, true)
        return response
      },
    }
    x = await serve(app, { port: 0 })
    data = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    server = await startServer()
  })
  afterEach(async () => {
    await server.kill()
    await x.close()
    await rm(data, { recursive: true })
  })

  function request(method: string, path: string, body?: BodyInit): Promise<Response> {
    const headers = {
      authorization: 'Bearer of-the-app',
      'content-type': typeof body === 'string' ? 'application/json' : 'video/mp4',
    }
    return fetch(server.url + path, { method, headers, ...(body === undefined ? {} : { body }) })
  }

  const putFile = async (file: Uint8Array<ArrayBuffer>) =>
    expect((await request('PUT', '/files/film.mp4', file)).status).toBe(204)

  async function plan(afterMs: number): Promise<Post> {
    const job = { file: 'film.mp4', text: 'Meow', at: new Date(Date.now() + afterMs).toISOString() }
    const response = await request('POST', '/posts', JSON.stringify(job))
    expect(response.status).toBe(202)
    return await response.json()
  }

  async function stateOf({ id }: Post): Promise<Post> {
    const response = await request('GET', `/posts/${id}`)
    return await response.json()
  }

  const expectState = (post: Post, state: string) => expect.poll(async () => (await stateOf(post)).state).toBe(state)

  async function restart(): Promise<void> {
    // The parent of workerd as well, which would start another one.
    process.kill(server.pid(), 'SIGKILL')
    await server.kill('SIGKILL')
    server = await startServer()
  }

  async function expectPosted(post: Post): Promise<void> {
    await expectState(post, 'posted')
    expect(posts).toBe(1)
    expect(await stateOf(post)).toMatchObject({ postId: expect.stringMatching(/^\d+$/) })
    const [upload, ...others] = emulator.uploads()
    expect(others).toEqual([])
    await expectFile(emulator, upload?.id ?? '', video)
  }

  it('posts a file at its time, once', async () => {
    await putFile(video)
    let firstCallAt: number | undefined
    onCall = async () => {
      firstCallAt ??= Date.now()
    }
    const post = await plan(1500)
    expect(post.state).toBe('planned')
    await expectPosted(post)
    expect(firstCallAt).toBeGreaterThanOrEqual(post.at)
  })

  it('does not post a file that has changed since', async () => {
    const file = randomVideo(10_000)
    await putFile(file)
    const post = await plan(4000)
    await putFile(randomVideo(file.length))
    await expectState(post, 'failed')
    expect(await stateOf(post)).toMatchObject({ detail: expect.stringContaining('changed') })
    expect(posts).toBe(0)
    expect(emulator.uploads()).toEqual([])
  })

  it('goes on after a restart in the middle of the upload, and posts once', async () => {
    await putFile(video)
    const isUploading = Promise.withResolvers<void>()
    onCall = async (path, isAfter) => {
      if (path.endsWith('/append') && isAfter) isUploading.resolve()
    }
    const post = await plan(0)
    await isUploading.promise
    await restart()
    await expectPosted(post)
  })

  it('does not post again when it was restarted before it heard whether X has the post', async () => {
    await putFile(video)
    const hasPosted = Promise.withResolvers<void>()
    onCall = async (path, isAfter) => {
      if (path !== '/2/tweets' || !isAfter) return
      hasPosted.resolve()
      await new Promise(() => {})
    }
    const post = await plan(0)
    await hasPosted.promise
    await restart()
    await expectState(post, 'unclear')
    expect(posts).toBe(1)
  })

  it('does nothing for a client without the key', async () => {
    const response = await fetch(`${server.url}/posts`, { method: 'POST' })
    expect(response.status).toBe(401)
  })
})
