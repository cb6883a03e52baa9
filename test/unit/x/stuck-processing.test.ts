import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import type { XMediaOptions } from '../../../src/index.ts'
import { describedMedia, optionsWith, post } from '../../support/app.ts'
import { append, compatClient, finalize, initialize, video } from '../../support/compat-calls.ts'

/** X’s processing stays at 99 %, with an error beside `in_progress`. */
const STUCK = { state: 'in_progress', progress_percent: 99, error: { name: 'InvalidMedia' } }

function options(): Partial<XMediaOptions> {
  const emulator = createEmulator({ faults: [{ step: 'finalize', kind: 'processing_stuck' }] })
  return { x: { fetch: async (url, init) => emulator.app.request(url, init) } }
}

describe('processing that is stuck with an error', () => {
  it('has failed for a client that waits with its upload', async () => {
    const app = describedMedia(optionsWith(options()))
    const answer = await app.request('/', post(video, { 'content-type': 'video/mp4', prefer: 'wait=60' }))
    expect(await answer.json()).toMatchObject({ data: { processing_info: STUCK } })
  })

  it('has failed for a client that follows its events', async () => {
    const app = describedMedia(optionsWith(options()))
    const uploaded = await app.request('/', post(video, { 'content-type': 'video/mp4' }))
    const location = uploaded.headers.get('location') ?? ''
    const events = await (await app.request(location, { headers: { accept: 'text/event-stream' } })).text()
    expect(events).toMatch(/^event: status\n.*\nid: failed\nretry: 3000\n\n$/)
    const again = { accept: 'text/event-stream', 'last-event-id': 'failed' }
    expect((await app.request(location, { headers: again })).status).toBe(204)
  })

  it('is shown as X shows it over X’s own API', async () => {
    const send = compatClient(options())
    const id = await initialize(send)
    await append(send, id, 0, video)
    await finalize(send, id)
    await expect
      .poll(async () => await (await send('GET', `/upload?media_id=${id}`)).json())
      .toMatchObject({ data: { processing_info: STUCK } })
  })
})
