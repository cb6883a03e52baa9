import { expect, it, onTestFinished, vi } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

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

it('stops asking X when the client has disconnected', async () => {
  const { app, where, asked } = await uploaded()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const response = await app.request(where, { headers: EVENTS })
  const reader = response.body?.getReader()
  await reader?.read()
  expect(vi.getTimerCount()).toBe(1)
  const before = asked()
  await reader?.cancel()
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked()).toBe(before)
})

it('HEAD opens no stream, which nobody would end', async () => {
  const { app, where } = await uploaded({ limits: { listeners: 1 } })
  for (let round = 0; round < 2; round++) {
    const response = await app.request(where, { method: 'HEAD', headers: EVENTS })
    expect([response.status, await response.text()]).toEqual([200, ''])
  }
  const listening = await app.request(where, { headers: EVENTS })
  expect(listening.status).toBe(200)
  await listening.body?.cancel()
})
