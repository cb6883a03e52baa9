import { expect, it, onTestFinished, vi } from 'vitest'
import { base, codeOf, describedMedia, emulator, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

it('answers with a problem when the store cannot tell who owns the media', async () => {
  const failing = async () => {
    throw new Error('the database is away')
  }
  const app = describedMedia({ ...base, store: { get: failing, compareAndSwap: failing } })
  expect(await codeOf(app.request('/status/12'))).toEqual([503, 'store_unavailable'])
})

it('sends a comment into an event stream every 15 seconds', async () => {
  emulator.setFaults({ faults: [{ step: 'finalize', kind: 'check_after', checkAfterSecs: 40 }] })
  const app = describedMedia(base)
  const answer = await app.request('/', post(sampleFile('image/gif', 5000), { 'content-type': 'image/gif' }))
  onTestFinished(() => {
    vi.useRealTimers()
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const events = await app.request(answer.headers.get('location') ?? '', { headers: { accept: 'text/event-stream' } })
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('event: status')
  const next = reader?.read()
  await vi.advanceTimersByTimeAsync(14_999)
  expect(await Promise.race([next, 'nothing yet'])).toBe('nothing yet')
  await vi.advanceTimersByTimeAsync(1)
  expect((await next)?.value).toBe(': still there\n\n')
  await reader?.cancel()
})
