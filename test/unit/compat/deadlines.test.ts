import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { type XMediaOptions, xMedia } from '../../../src/index.ts'
import { instanceOf } from '../../../src/instance.ts'
import { emulator, optionsWith } from '../../support/app.ts'
import { useFakeClock, whileTimePasses } from '../../support/clock.ts'
import { append, image, initialize, json, type Send } from '../../support/compat-calls.ts'
import { NOTHING_HELD } from '../../support/counters.ts'

const IMAGE = { media_type: 'image/png', total_bytes: image.length }
const never = () => new Promise<never>(() => {})

type Request = (send: Send, id: string) => Promise<Response>
const init: Request = (send) => send('POST', '/upload/initialize', json(IMAGE))
const appendAll: Request = (send, id) => append(send, id, 0, image)

/** Functions of the app that never settle while `isStuck` says so, and the requests that wait for them. */
const STUCK: [string, string, Request, (isStuck: () => boolean) => Partial<XMediaOptions>][] = [
  ['INIT', 'a token', init, (isStuck) => ({ token: () => (isStuck() ? never() : 't') })],
  ['APPEND', 'a token', appendAll, (isStuck) => ({ token: () => (isStuck() ? never() : 't') })],
  ['APPEND', 'inspect', appendAll, (isStuck) => ({ inspect: () => (isStuck() ? never() : undefined) })],
  [
    'INIT',
    'a store of quotas',
    init,
    (isStuck) => ({
      limits: { quota: { store: { add: async () => (isStuck() ? never() : { uploads: 0, bytes: 0 }) } } },
    }),
  ],
  [
    'APPEND',
    'a fetch that ignores its signal',
    appendAll,
    (isStuck) => ({
      x: { fetch: async (url, request) => (isStuck() ? never() : emulator.app.request(url, request)) },
    }),
  ],
]

it.each(STUCK)('%s that waits for %s ends at the deadline, and holds nothing', async (_, __, request, stuckWhile) => {
  const clock = useFakeClock()
  let isStuck = false
  const options = optionsWith(
    stuckWhile(() => isStuck),
    optionsWith({ compat: true, limits: { deadlineMs: 500 } }),
  )
  const app = new Hono().route('/', xMedia(options))
  const send: Send = async (method, path, given) => await app.request(`/2/media${path}`, { ...given, method })
  const id = await initialize(send, IMAGE)
  isStuck = true
  const response = await whileTimePasses(clock, request(send, id))
  expect(response.status).toBe(503)
  expect(instanceOf(options).counters()).toEqual(NOTHING_HELD)
})
