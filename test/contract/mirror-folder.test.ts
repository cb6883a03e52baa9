import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { expectFile } from '../support/own-uploads.ts'
import { randomVideo } from '../support/random-video.ts'

const main = fileURLToPath(new URL('../../examples/mirror-folder/main.ts', import.meta.url))

describe('the example mirror-folder', () => {
  let emulator: Emulator
  let x: RunningServer
  let folder: string
  let mirror: ChildProcess
  let onAppend: () => Promise<void>

  const startMirror = () =>
    spawn('node', [main], {
      env: {
        ...{ PATH: process.env['PATH'], X_BEARER_TOKEN: 'server-held-token', X_API_BASE_URL: x.url },
        ...{ FOLDER: join(folder, 'films'), STATE: join(folder, 'mirror.db') },
      },
      stdio: 'ignore',
    })

  beforeEach(async () => {
    emulator = createEmulator()
    onAppend = async () => {}
    const app = {
      async fetch(request: Request, env: unknown) {
        const response = await emulator.app.fetch(request, env)
        if (request.url.endsWith('/append')) await onAppend()
        return response
      },
    }
    x = await serve(app, { port: 0 })
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
    await mkdir(join(folder, 'films'))
    mirror = startMirror()
  })
  afterEach(async () => {
    await kill()
    await x.close()
    await rm(folder, { recursive: true })
  })

  async function kill(): Promise<void> {
    const ended = once(mirror, 'exit')
    mirror.kill('SIGKILL')
    await ended
  }

  /** Puts a whole file into the folder. */
  async function put(name: string, file: Uint8Array): Promise<void> {
    await writeFile(join(folder, name), file)
    await rename(join(folder, name), join(folder, 'films', name))
  }

  async function expectMirrored(...files: Uint8Array[]): Promise<void> {
    const finalized = () => emulator.uploads().filter((upload) => upload.finalized)
    await expect.poll(() => finalized().length).toBe(files.length)
    expect(emulator.uploads()).toHaveLength(files.length)
    for (const [index, file] of files.entries()) await expectFile(emulator, finalized()[index]?.id ?? '', file)
  }

  it('uploads each file once, also after a restart', async () => {
    const films = [randomVideo(100_000), randomVideo(200_000), randomVideo(300_000)] as const
    await put('1.mp4', films[0])
    await expectMirrored(films[0])
    await put('2.mp4', films[1])
    await expectMirrored(films[0], films[1])
    await kill()
    await put('3.mp4', films[2])
    mirror = startMirror()
    await expectMirrored(...films)
  })

  it('goes on in the middle of a file after it was killed', async () => {
    const film = randomVideo(20 * 1024 * 1024)
    const isUploading = Promise.withResolvers<void>()
    onAppend = async () => isUploading.resolve()
    await put('film.mp4', film)
    await isUploading.promise
    await kill()
    mirror = startMirror()
    await expectMirrored(film)
  })
})
