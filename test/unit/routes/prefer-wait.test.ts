import { expect, it } from 'vitest'
import { instanceOf } from '../../../src/instance.ts'
import { issueTicket } from '../../../src/status-ticket.ts'
import { base, codeOf, describedMedia, optionsWith, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { NOTHING_HELD } from '../../support/counters.ts'
import { sampleFile } from '../../support/media.ts'
import { stuckX } from '../../support/stuck-x.ts'

const gif = sampleFile('image/gif', 5000)
const EVENTS = { accept: 'text/event-stream', 'x-demo-user': 'u1' }
const waiting = (user: string) => post(gif, { 'content-type': 'image/gif', 'x-demo-user': user, prefer: 'wait=30' })

it('takes a place among the listeners, and without one gets its response at once', async () => {
  const clock = useFakeClock()
  const options = optionsWith({ x: stuckX(10).x, limits: { listeners: 3, listenersPerSubject: 2 } })
  const app = describedMedia(options)
  const { counters } = instanceOf(options)
  const first = [app.request('/', waiting('u1')), app.request('/', waiting('u1'))]
  await expect.poll(counters).toEqual({ ...NOTHING_HELD, listeners: 2 })

  const third = await app.request('/', waiting('u1'))
  expect([third.status, third.headers.get('preference-applied')]).toEqual([201, null])
  const listening = app.request(third.headers.get('location') ?? '', { headers: EVENTS })
  expect(await codeOf(listening)).toEqual([503, 'too_many_listeners'])
  const others = app.request('/', waiting('u2'))
  await expect.poll(counters).toEqual({ ...NOTHING_HELD, listeners: 3 })
  expect((await app.request('/', waiting('u3'))).headers.get('preference-applied')).toBeNull()

  await clock.advance(30_000)
  for (const response of await Promise.all([...first, others])) {
    expect([response.status, response.headers.get('preference-applied')]).toEqual([201, 'wait=30'])
  }
  expect(counters()).toEqual(NOTHING_HELD)
})

it('gives its place back when its client leaves', async () => {
  useFakeClock()
  const options = optionsWith({ x: stuckX(10).x })
  const { counters } = instanceOf(options)
  const client = new AbortController()
  const upload = { ...waiting('u1'), signal: client.signal }
  const answer = describedMedia(options).request(new Request('http://localhost/', upload))
  await expect.poll(counters).toEqual({ ...NOTHING_HELD, listeners: 1 })
  client.abort()
  await answer
  expect(counters()).toEqual(NOTHING_HELD)
})

it('asks X no more often with an event stream for the same media', async () => {
  const clock = useFakeClock()
  const { x, asked } = stuckX(5)
  let mediaId = ''
  const options = optionsWith({
    x,
    onEvent(event) {
      if (event.type === 'finalized') mediaId = event.mediaId
    },
  })
  const app = describedMedia(options)
  const answer = app.request('/', waiting('u1'))
  await expect.poll(() => instanceOf(options).counters().listeners).toBe(1)
  const owned = { mediaId, subject: 'u1', expiresAt: Math.floor(clock.now() / 1000) + 60 }
  const ticket = await issueTicket(owned, [String(base.secret)])
  const stream = await app.request(`/status/${mediaId}?ticket=${ticket}`, { headers: EVENTS })
  await clock.advance(30_000)
  expect(asked()).toBe(6)
  await stream.body?.cancel()
  expect((await answer).status).toBe(201)
})
