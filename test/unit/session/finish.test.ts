import { expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { memoryStore } from '../../../src/index.ts'
import { png } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { appWith, create, inspect, sendChunk } from '../../support/resumable.ts'

it('finalizes an image once, also when the server crashes while it sets the alternative text', async () => {
  const clock = useFakeClock()
  const emulator = createEmulator({ now: clock.now })
  const store = memoryStore(clock)
  const healthy = appWith({ store, x: { fetch: async (url, init) => emulator.app.request(url, init) } })
  const crashed = Promise.withResolvers<void>()
  let hasCrashed = false
  /** A server that has crashed gets no answer. */
  const intercept = <Result>(call: () => Promise<Result>) => (hasCrashed ? new Promise<never>(() => {}) : call())
  const crashing = appWith({
    store: {
      get: (key) => intercept(() => store.get(key)),
      compareAndSwap: (...swap) => intercept(() => store.compareAndSwap(...swap)),
    },
    x: {
      fetch(url, init) {
        if (url.endsWith('/metadata')) {
          hasCrashed = true
          crashed.resolve()
        }
        return intercept(async () => emulator.app.request(url, init))
      },
    },
  })

  const metadata = `filetype ${btoa('image/png')},alt_text ${btoa('a cat')}`
  const path = await create(crashing, { 'upload-length': String(png.length), 'upload-metadata': metadata })
  void sendChunk(crashing, path, 0, png)
  await crashed.promise
  // Its lease runs out.
  await clock.advance(6000)

  const answer = await inspect(healthy, path)
  expect(answer.status, await answer.clone().text()).toBe(200)
  const upload = await emulator.upload(answer.headers.get('x-media-id') ?? '')
  expect(upload).toMatchObject({ finalized: true, size: png.length, alt_text: 'a cat' })
  expect(emulator.requests().counts.finalize).toBe(1)
})
