import { describe, expect, it } from 'vitest'
import { bytes, callsTo, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

describe('STATUS', () => {
  it('needs no command, and refuses other commands, unknown parameters and invalid ids', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(2))
    const status = async (query: string) => (await calls.send('GET', `/2/media/upload?${query}`)).status
    expect(await status(`media_id=${id}`)).toBe(200)
    expect(await status(`media_id=${id}&command=FINALIZE`)).toBe(400)
    expect(await status(`media_id=${id}&x=1`)).toBe(400)
    expect(await status(`media_id=7_${id}`)).toBe(400)
    expect(await status('')).toBe(400)
  })

  it('answers before FINALIZE as for an unknown id', async () => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect(await (await calls.status(id)).json()).toEqual(await (await calls.status('1')).json())
  })

  it('is `succeeded` from FINALIZE on when processing takes no time', async () => {
    const calls = createCalls({ processing: { pendingSecs: 0, inProgressSecs: 0 } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    expect(await (await calls.finalize(id)).json()).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })
  })
})

describe('media', () => {
  it('of another user look like an unknown id', async () => {
    const owner = createCalls({ tokens: { a: { user: '1' }, b: { user: '2' } } }, 'a')
    const other = callsTo(owner.emulator, 'b')
    const id = await owner.upload(VIDEO, bytes(2))
    expect((await owner.status(id)).status).toBe(200)
    expect(await (await other.status(id)).json()).toEqual(await (await other.status('1')).json())
    expect((await other.append(id, 0, bytes(2))).status).toBe(400)
    expect((await other.finalize(id)).status).toBe(400)
  })

  it('have no status URL of their own, as in X’s API', async () => {
    const answer = await createCalls().send('GET', '/2/media/upload/1/status')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ title: 'Not Found', type: 'about:blank', status: 404, detail: 'Not Found' })
  })
})
