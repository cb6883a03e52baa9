import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { memoryStore, type Store } from '../../../src/index.ts'
import { codeOf } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { append, appWith, CHUNK, create, endLease, file, inspect } from '../../support/resumable.ts'

/** Longer than a lease lasts without a heartbeat. Milliseconds. */
const LONG_MS = 8000

/** A server, and an upload on it. X leaves the first call of `slowStep` unanswered until `answer` is called. */
async function setUp(slowStep?: 'append' | 'finalize') {
  const clock = useFakeClock()
  const emulator = createEmulator({ now: clock.now })
  const stored = memoryStore(clock)
  const outage = { isOn: false }
  const store: Store = {
    get: stored.get,
    async compareAndSwap(...swap) {
      if (outage.isOn) throw new TypeError('the connection was lost')
      return await stored.compareAndSwap(...swap)
    },
  }
  let isSlow = slowStep !== undefined
  const called = Promise.withResolvers<{ signal: AbortSignal }>()
  const answered = Promise.withResolvers<void>()
  const acknowledged = Promise.withResolvers<void>()
  const app = appWith({
    store,
    onEvent({ type }) {
      if (type === 'segment') acknowledged.resolve()
    },
    x: {
      retry: { retries: 0 },
      async fetch(url, init) {
        if (isSlow && url.endsWith(`/${slowStep}`)) {
          isSlow = false
          init.signal.addEventListener('abort', () => answered.reject(init.signal.reason))
          called.resolve(init)
          await answered.promise
        }
        return await emulator.app.request(url, init)
      },
    },
  })
  const path = await create(app)
  return {
    ...{ app, clock, path, store, outage, answer: answered.resolve },
    ...{ called: called.promise, acknowledged: acknowledged.promise },
    /** Asks for the upload, and waits as long as the server does for the request that has it. */
    async ask(): Promise<Response> {
      const asked = inspect(app, path)
      await turn()
      await clock.advance(4000)
      return await asked
    },
  }
}

describe.each(['append', 'finalize'] as const)('a request that waits for X to %s', (step) => {
  it('keeps its upload, however long that takes', async () => {
    const { app, clock, path, ask, called, answer } = await setUp(step)
    const holder = append(app, path, [0, file.length])
    await called
    await clock.advance(LONG_MS)
    expect(await codeOf(ask())).toEqual([423, 'upload_locked'])
    answer()
    expect((await holder).status).toBe(204)
    expect((await inspect(app, path)).status).toBe(200)
    expect(clock.timers).toBe(0)
  })

  it('keeps its upload when the store fails for three seconds', async () => {
    const { app, clock, path, ask, outage, called, answer } = await setUp(step)
    const holder = append(app, path, [0, file.length])
    await called
    await clock.advance(LONG_MS)
    outage.isOn = true
    await clock.advance(3000)
    outage.isOn = false
    await clock.advance(LONG_MS)
    expect(await codeOf(ask())).toEqual([423, 'upload_locked'])
    answer()
    expect((await holder).status).toBe(204)
  })
})

describe('a request that sends bytes to X', () => {
  it('stops before its lease is over when the store fails that long', async () => {
    const { app, clock, path, outage, called } = await setUp('append')
    const holder = append(app, path, [0, file.length])
    const { signal } = await called
    outage.isOn = true
    await clock.advance(4999)
    expect(signal.aborted).toBe(true)
    expect(await codeOf(holder)).toEqual([503, 'store_unavailable'])
  })

  it('stops as soon as it finds that another request has its upload', async () => {
    const { app, clock, path, store, called } = await setUp('append')
    const holder = append(app, path, [0, file.length])
    const { signal } = await called
    await endLease(store, path, clock)
    expect((await inspect(app, path)).status).toBe(200)
    await clock.advance(1000)
    expect(signal.aborted).toBe(true)
    expect(await codeOf(holder)).toEqual([423, 'upload_locked'])
    expect(clock.timers).toBe(0)
  })
})

describe('a request whose client sends slowly', () => {
  /** Sends the first segment; `client` sends the rest. */
  async function sendFirstSegment() {
    const server = await setUp()
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const client = writable.getWriter()
    const headers = { ...CHUNK, 'content-length': String(file.length), 'upload-offset': '0' }
    const init = { method: 'PATCH', body: readable, headers, duplex: 'half' }
    const holder = server.app.request(server.path, init)
    await client.write(file.slice(0, 5000))
    await server.acknowledged
    return { ...server, client, holder }
  }

  it('gives its upload to another one when nothing has come for a second', async () => {
    const { holder, ask } = await sendFirstSegment()
    const answer = await ask()
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([200, '5000'])
    expect(await codeOf(holder)).toEqual([423, 'upload_locked'])
  })

  it('keeps its upload while something comes every half second', async () => {
    const { app, path, client, clock, holder } = await sendFirstSegment()
    const asked = inspect(app, path)
    let sentBytes = 5000
    for (let halves = 0; halves < 10; halves++) {
      await client.write(file.slice(sentBytes, sentBytes + 100))
      sentBytes += 100
      await clock.advance(500)
    }
    expect(await codeOf(asked)).toEqual([423, 'upload_locked'])
    await client.write(file.slice(sentBytes))
    await client.close()
    expect((await holder).status).toBe(204)
  })
})
