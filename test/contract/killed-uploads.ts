import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { expectFile } from '../support/own-uploads.ts'
import { type Program, startModule } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'

/** How often the process is killed. `npm run test:long` does it more often. */
const KILLS = Number(process.env['TEST_KILLS'] ?? 2)
const UPLOADS_PER_KILL = 4
const MIB = 1024 * 1024

/** Where the process dies: at this call to X, before or after X has worked on it, and so many milliseconds later. */
interface Moment {
  call: number
  isAfter: boolean
  delayMs: number
}

/** The calls that the uploads make if nothing happens: each has INIT, 3 to 7 segments and FINALIZE. */
const CALLS = UPLOADS_PER_KILL * 7

function randomMoment(): Moment {
  return {
    call: Math.ceil(Math.random() * CALLS),
    isAfter: Math.random() < 0.5,
    delayMs: Math.floor(Math.random() * 20),
  }
}

/** Uploads with an id complete, whenever their process is killed. @param module The module that serves them. */
export function killedUploads(store: string, module: string): void {
  describe(`uploads with an id, kept in ${store}`, () => {
    const emulator = createEmulator()
    let calls = 0
    let onCall: (call: number, isAfter: boolean) => Promise<void> = async () => {}
    let x: RunningServer
    let folder: string
    let server: Program

    const startServer = () => startModule(module, { FOLDER: folder, X_API_BASE_URL: x.url })
    const request = (method: string, path: string, body?: Uint8Array<ArrayBuffer>) =>
      fetch(server.url + path, { method, ...(body ? { body } : {}) })

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
      x = await serve(
        {
          async fetch(received, env) {
            const call = ++calls
            await onCall(call, false)
            const response = await emulator.app.fetch(received, env)
            await onCall(call, true)
            return response
          },
        },
        { port: 0 },
      )
      server = await startServer()
    })
    afterAll(async () => {
      await server.kill()
      await x.close()
      await rm(folder, { recursive: true })
    })

    async function kill(): Promise<void> {
      // The parent of workerd as well, which would start another one.
      process.kill(server.pid(), 'SIGKILL')
      await server.kill('SIGKILL')
    }

    it.each(Array.from({ length: KILLS }, (_, kills) => ({ kills, ...randomMoment() })))(
      'complete when the process is killed at call $call to X, after it: $isAfter, and $delayMs ms',
      async ({ kills, call: fatalCall, isAfter: isFatalAfter, delayMs }) => {
        const uploads = Array.from({ length: UPLOADS_PER_KILL }, (_, index) => ({
          path: `film-${kills}-${index}.mp4`,
          file: randomVideo(3 * MIB + Math.floor(Math.random() * 4 * MIB)),
        }))
        for (const { path, file } of uploads) expect((await request('PUT', `/files/${path}`, file)).status).toBe(204)
        calls = 0
        const fatal = Promise.withResolvers<void>()
        onCall = async (call, isAfter) => {
          if (call === fatalCall && isAfter === isFatalAfter) setTimeout(fatal.resolve, delayMs)
        }
        const first = Promise.allSettled(uploads.map(({ path }) => request('POST', `/uploads/${path}`)))
        await Promise.race([fatal.promise, first])
        await kill()
        await first
        server = await startServer()

        await Promise.all(
          uploads.map(async ({ path, file }) => {
            const response = await request('POST', `/uploads/${path}`)
            const text = await response.text()
            expect(response.status, text).toBe(200)
            const { data }: { data: { id: string } } = JSON.parse(text)
            await expectFile(emulator, data.id, file)
          }),
        )
      },
    )
  })
}
