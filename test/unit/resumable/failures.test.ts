import { expect, it } from 'vitest'
import { memoryStore, type XMediaOptions } from '../../../src/index.ts'
import { codeOf, emulator } from '../../support/app.ts'
import { useFakeClock, whileTimePasses } from '../../support/clock.ts'
import { append, appWith, create, createWithBytes, expectReceived, file, pathOf, TUS } from '../../support/resumable.ts'

/** An X that answers some calls with 503. They are not retried. */
function failingX(fails: (url: string) => boolean): NonNullable<XMediaOptions['x']> {
  return {
    concurrency: 1,
    retry: { retries: 0 },
    fetch: async (url, init) => (fails(url) ? new Response(null, { status: 503 }) : emulator.app.request(url, init)),
  }
}

it('makes clients wait while X does not finalize the upload, and spares X meanwhile', async () => {
  let finalizeCalls = 0
  const app = appWith({
    store: memoryStore(useFakeClock()),
    x: failingX((url) => {
      const isFinalize = url.endsWith('/finalize')
      if (isFinalize) finalizeCalls++
      return isFinalize
    }),
  })
  const path = await create(app)
  expect(await codeOf(append(app, path, [0, file.length]))).toEqual([502, 'x_unavailable'])
  for (let asked = 0; asked < 3; asked++) {
    const response = await app.request(path, { headers: TUS })
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(response)).toEqual([423, 'upload_locked'])
  }
  expect(finalizeCalls).toBe(1)
})

it('frees an upload at the deadline whose FINALIZE waits for a token that never comes', async () => {
  const clock = useFakeClock()
  let isDown = true
  const app = appWith({
    store: memoryStore(clock),
    token: () => (isDown ? 't' : new Promise(() => {})),
    limits: { deadlineMs: 500 },
    x: failingX((url) => isDown && url.endsWith('/finalize')),
  })
  const path = await create(app)
  expect(await codeOf(append(app, path, [0, file.length]))).toEqual([502, 'x_unavailable'])
  isDown = false
  await clock.advance(6000)
  for (let asked = 0; asked < 2; asked++) {
    const progress = await whileTimePasses(clock, Promise.resolve(app.request(path, { headers: TUS })))
    expect(await progress.text()).toContain('took longer than this server allows')
  }
})

it('creates an upload even if X gets only a part of its first bytes, and continues it with PATCH', async () => {
  let appendCalls = 0
  const app = appWith({ x: failingX((url) => url.endsWith('/append') && ++appendCalls === 3) })
  const created = await createWithBytes(app)
  expect([created.status, created.headers.get('upload-offset')]).toEqual([201, '10000'])
  const last = await append(app, pathOf(created), [10_000, 22_000])
  await expectReceived(last.headers.get('x-media-id'))
})

it('counts an upload once towards the quota, however often INIT fails', async () => {
  let isDown = true
  const app = appWith({ limits: { quota: { uploads: 1 } }, x: failingX(() => isDown) })
  const path = await create(app)
  for (let tried = 0; tried < 3; tried++) {
    expect(await codeOf(append(app, path, [0, file.length]))).toEqual([502, 'x_unavailable'])
  }
  isDown = false
  await expectReceived((await append(app, path, [0, file.length])).headers.get('x-media-id'))
})

it('counts each try of an INIT that fails towards the calls of this hour', async () => {
  let initCalls = 0
  const app = appWith({
    limits: { callsPerHour: 3 },
    x: failingX((url) => {
      if (url.endsWith('/initialize')) initCalls++
      return true
    }),
  })
  const path = await create(app)
  const answers: unknown[] = []
  for (let tried = 0; tried < 5; tried++) answers.push(await codeOf(append(app, path, [0, file.length])))
  const failed = [502, 'x_unavailable']
  const refused = [429, 'quota_exceeded']
  expect([initCalls, answers]).toEqual([3, [failed, failed, failed, refused, refused]])
})

it('responds with 503 to a chunk while the store fails, and with 423 to a request for the progress', async () => {
  let isBroken = false
  const store = memoryStore()
  const connect = () => (isBroken ? Promise.reject(new Error('no connection')) : Promise.resolve())
  const app = appWith({
    store: {
      get: (key) => connect().then(() => store.get(key)),
      compareAndSwap: (...swap) => connect().then(() => store.compareAndSwap(...swap)),
    },
  })
  const path = await create(app)
  isBroken = true
  expect(await codeOf(append(app, path, [0, file.length]))).toEqual([503, 'store_unavailable'])
  expect(await codeOf(app.request(path, { headers: TUS }))).toEqual([423, 'upload_locked'])
  isBroken = false
  await expectReceived((await append(app, path, [0, file.length])).headers.get('x-media-id'))
})

it('asks for a new upload when a newer release has written this one', async () => {
  const store = memoryStore()
  const app = appWith({ store })
  const path = await create(app)
  const key = `session:${path.split('/').at(-1)}`
  const text = (await store.get(key)) ?? ''
  const newer = text.replace('"version":2', '"version":3')
  expect(await store.compareAndSwap(key, text, newer, Date.now() + 3_600_000)).toBe(true)
  for (const response of [
    await append(app, path, [0, file.length]),
    await app.request(path, { headers: TUS }),
    await app.request(path, { method: 'DELETE', headers: TUS }),
  ]) {
    expect(await response.json()).toMatchObject({
      status: 422,
      code: 'upload_failed',
      detail: 'This server cannot read the state of this upload; start a new upload.',
    })
  }
  await expectReceived((await createWithBytes(app)).headers.get('x-media-id'))
})
