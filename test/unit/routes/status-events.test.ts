import { expect, it } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { sampleFile } from '../../support/media.ts'
import { stuckX } from '../../support/stuck-x.ts'

const gif = sampleFile('image/gif', 5000)
const EVENTS = { accept: 'text/event-stream', 'x-demo-user': 'u1' }

/** An app with an uploaded GIF, and how often it has asked X for the status. */
async function uploaded(more: Partial<XMediaOptions> = {}) {
  let asked = 0
  const counting = optionsWith({
    x: {
      async fetch(url, init) {
        if (init.method === 'GET') asked++
        return emulator.app.request(url, init)
      },
    },
  })
  const app = describedMedia(optionsWith(more, counting))
  const answer = await app.request('/', post(gif, { 'content-type': 'image/gif', 'x-demo-user': 'u1' }))
  return { app, where: answer.headers.get('location') ?? '', asked: () => asked }
}

/** The events of a stream, each with its name, its id, and the state or error code in it. */
async function eventsOf(response: Response): Promise<{ event: string; id?: string; state?: string; code?: string }[]> {
  return (await response.text())
    .split('\n\n')
    .filter((text) => text.startsWith('event: '))
    .map((text) => {
      const fields = new Map(text.split('\n').map((line) => [line.split(': ', 1)[0], line.replace(/^\w+: /, '')]))
      const { data, code }: { data?: { processing_info: { state: string } }; code?: string } = JSON.parse(
        fields.get('data') ?? '{}',
      )
      const id = fields.get('id')
      return {
        event: fields.get('event') ?? '',
        ...(id === undefined ? {} : { id }),
        ...(data ? { state: data.processing_info.state } : {}),
        ...(code ? { code } : {}),
      }
    })
}

it('sends the status as events until it is final, and asks X once for all listeners', async () => {
  const { app, where, asked } = await uploaded()
  const listeners = await Promise.all(Array.from({ length: 5 }, () => app.request(where, { headers: EVENTS })))
  for (const response of listeners) expect(response.headers.get('content-type')).toBe('text/event-stream')
  for (const events of await Promise.all(listeners.map(eventsOf))) {
    expect(events[0]).toMatchObject({ event: 'status', id: 'pending' })
    expect(events.at(-1)).toEqual({ event: 'status', id: 'succeeded', state: 'succeeded' })
  }
  expect(asked()).toBeLessThanOrEqual(4)

  const back = await app.request(where, { headers: { ...EVENTS, 'last-event-id': 'succeeded' } })
  expect(back.status).toBe(204)
  const again = await app.request(where, { headers: { ...EVENTS, 'last-event-id': 'whatever' } })
  expect(await eventsOf(again)).toEqual([{ event: 'status', id: 'succeeded', state: 'succeeded' }])
})

it('sends an error as an event, and ends the stream', async () => {
  const { app, where } = await uploaded({
    x: {
      retry: { retries: 0 },
      fetch: async (url, init) =>
        init.method === 'GET' ? new Response(null, { status: 503 }) : emulator.app.request(url, init),
    },
  })
  const events = await eventsOf(await app.request(where, { headers: EVENTS }))
  expect(events).toEqual([
    { event: 'status', id: 'pending', state: 'pending' },
    { event: 'error', code: 'x_unavailable' },
  ])
})

it('limits the listeners at once, per subject and in all, and admits the next one when one has left', async () => {
  const { app, where } = await uploaded({ limits: { listeners: 3, listenersPerSubject: 2 } })
  const other = await app.request('/', post(gif, { 'content-type': 'image/gif', 'x-demo-user': 'u2' }))
  const listen = (at = where, user = 'u1') => app.request(at, { headers: { ...EVENTS, 'x-demo-user': user } })
  const [first, second] = [await listen(), await listen()]
  expect(await codeOf(listen())).toEqual([503, 'too_many_listeners'])
  const elsewhere = await listen(other.headers.get('location') ?? '', 'u2')
  expect(elsewhere.status).toBe(200)
  expect(await codeOf(listen(other.headers.get('location') ?? '', 'u2'))).toEqual([503, 'too_many_listeners'])
  await first.body?.cancel()
  const next = await listen()
  expect(next.status).toBe(200)
  for (const response of [second, elsewhere, next]) expect((await eventsOf(response)).at(-1)?.state).toBe('succeeded')
  expect((await listen()).status).toBe(200)
})

it('sends nothing about the media of another user', async () => {
  const { app, where } = await uploaded()
  const answer = await app.request(where, { headers: { ...EVENTS, 'x-demo-user': 'u2' } })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
})

/** The text of a stream so far, and whether it has ended. */
function collect(response: Response): { text: string; hasEnded: boolean } {
  const collected = { text: '', hasEnded: false }
  const read = async () => {
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) collected.text += text
    collected.hasEnded = true
  }
  read().catch(() => {})
  return collected
}

it.each([1, 10, 14, 40])(
  'sends a comment every 15 seconds while X, asked every %i s, has nothing new',
  async (secs) => {
    const clock = useFakeClock()
    const { app, where } = await uploaded({ x: stuckX(secs).x })
    const collected = collect(await app.request(where, { headers: EVENTS }))
    const comments = () => collected.text.match(/^:.*\n\n/gm)?.length ?? 0
    await clock.advance(14_999)
    expect(comments()).toBe(0)
    await clock.advance(1)
    expect(comments()).toBe(1)
    await clock.advance(45_000)
    expect(comments()).toBe(4)
    // The answer to FINALIZE, and that to the first STATUS.
    expect(collected.text.match(/^event: /gm)).toHaveLength(2)
  },
)

it('says with the first event how soon to reconnect', async () => {
  const { app, where } = await uploaded()
  const events = await (await app.request(where, { headers: EVENTS })).text()
  expect(events.match(/^retry: \d+$/gm)).toEqual(['retry: 3000'])
  expect(events.split('\n\n')[0]).toContain('retry: 3000')
})

it('keeps its answers out of caches, streams too', async () => {
  const { app, where } = await uploaded()
  for (const headers of [EVENTS, { 'x-demo-user': 'u1' }]) {
    const response = await app.request(where, { headers })
    expect(response.headers.get('cache-control')).toBe('no-store')
    await response.body?.cancel()
  }
})

it('has no headers about the connection, which HTTP/2 forbids', async () => {
  const { app, where } = await uploaded()
  const response = await app.request(where, { headers: EVENTS })
  expect([response.headers.get('connection'), response.headers.get('transfer-encoding')]).toEqual([null, null])
  await response.body?.cancel()
})

it('ends a stream after ten minutes', async () => {
  const clock = useFakeClock()
  const { app, where } = await uploaded({ x: stuckX(10).x })
  const collected = collect(await app.request(where, { headers: EVENTS }))
  await clock.advance(599_999)
  expect(collected.hasEnded).toBe(false)
  await clock.advance(1)
  await expect.poll(() => collected.hasEnded).toBe(true)
  expect(clock.timers).toBe(0)
})

it('gives up the place of a client that has not read for ten minutes', async () => {
  const clock = useFakeClock()
  const { app, where } = await uploaded({ x: stuckX(1).x, limits: { listeners: 1 } })
  const unread = await app.request(where, { headers: EVENTS })
  expect(await codeOf(app.request(where, { headers: EVENTS }))).toEqual([503, 'too_many_listeners'])
  await clock.advance(600_000)
  const next = await app.request(where, { headers: EVENTS })
  expect(next.status).toBe(200)
  await Promise.all([unread.body?.cancel(), next.body?.cancel()])
  expect(clock.timers).toBe(0)
})

it.each(['its body is cancelled', 'its request is aborted'])('stops asking X when %s', async (how) => {
  const clock = useFakeClock()
  const { app, where, asked } = await uploaded({ limits: { listeners: 1 } })
  const client = new AbortController()
  const listen = () => app.request(new Request(new URL(where, 'http://x'), { headers: EVENTS, signal: client.signal }))
  const response = await listen()
  const reader = response.body?.getReader()
  await reader?.read()
  const before = asked()
  if (how === 'its body is cancelled') await reader?.cancel()
  else client.abort()
  expect(clock.timers).toBe(0)
  await clock.advance(60_000)
  expect(asked()).toBe(before)
  const next = await app.request(where, { headers: EVENTS })
  expect(next.status).toBe(200)
  await next.body?.cancel()
})

it('takes no place for a client that has left before the stream begins', async () => {
  const { app, where } = await uploaded({ limits: { listeners: 1 } })
  const request = new Request(new URL(where, 'http://x'), { headers: EVENTS, signal: AbortSignal.abort() })
  await app.request(request)
  const next = await app.request(where, { headers: EVENTS })
  expect(next.status).toBe(200)
  await next.body?.cancel()
})

it('answers HEAD with the headers of the stream alone, which takes no place', async () => {
  const { app, where } = await uploaded({ limits: { listeners: 1 } })
  for (let round = 0; round < 2; round++) {
    const response = await app.request(where, { method: 'HEAD', headers: EVENTS })
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/event-stream',
      '',
    ])
  }
  const listening = await app.request(where, { headers: EVENTS })
  expect(listening.status).toBe(200)
  await listening.body?.cancel()
})
