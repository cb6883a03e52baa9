import { describe, expect, it } from 'vitest'
import type { FaultEffect } from '../../../src/emulator/index.ts'
import { bytes, type Calls, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

async function appendByte(calls: Calls): Promise<Response> {
  const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
  return calls.append(id, 0, bytes(1))
}

/** Calls whose answers describe a media, each after what it needs. */
const MEDIA_CALLS: Record<string, (calls: Calls) => Promise<Response>> = {
  initialize: (calls) => calls.postJson('/2/media/upload/initialize', VIDEO),
  async finalize(calls) {
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    return await calls.finalize(id)
  },
  status: async (calls) => calls.status(await calls.upload(VIDEO, bytes(1))),
  upload: (calls) => calls.postForm('/2/media/upload', { media_category: 'tweet_video', media: bytes(1) }),
}
const ID = '1912103767639719937'
const OTHER_ID = '1912103767639719938'

describe('a success fault', () => {
  it.each([
    [{ status: 201 }, 201, true],
    [{ status: 204 }, 204, false],
    [{ status: 205, body: 'html' }, 205, false],
    [{ body: 'empty' }, 200, false],
  ] as const)('%j changes the response, but the call takes effect', async (effect, status, hasBody) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', ...effect }] })
    const answer = await appendByte(calls)
    expect(answer.status).toBe(status)
    expect((await answer.text()).length > 0).toBe(hasBody)
    expect(calls.emulator.uploads()[0]?.size).toBe(1)
  })

  describe.each(['initialize', 'finalize', 'status', 'upload'] as const)('at %s', (step) => {
    const answerWith = async (body: FaultEffect['body']) => {
      const calls = createCalls({ faults: [{ step, kind: 'success', ...(body === undefined ? {} : { body }) }] })
      const answer = await MEDIA_CALLS[step]?.(calls)
      return { status: answer?.status, type: answer?.headers.get('content-type'), text: await answer?.text() }
    }

    it('can leave out `data`, or use the ids of v1.1', async () => {
      const { text: usual = '' } = await answerWith(undefined)
      const { id, ...members } = JSON.parse(usual).data
      expect(id).toBe(ID)
      const texts = await Promise.all(
        (['unwrapped', 'v1', 'numeric_id'] as const).map(async (body) => (await answerWith(body)).text),
      )
      const rest = JSON.stringify(members).slice(1)
      expect(texts).toEqual([
        `{"id":"${ID}",${rest}`,
        `{"media_id":${ID},"media_id_string":"${ID}",${rest}`,
        `{"media_id":${ID},${rest}`,
      ])
    })

    it('can name another media', async () => {
      const { text: usual } = await answerWith(undefined)
      const { status, text } = await answerWith('other_id')
      expect(status).toBe(200)
      expect(text).toBe(usual?.replaceAll(ID, OTHER_ID))
      expect(text).toContain(`"id":"${OTHER_ID}"`)
    })

    it('can be cut off, have no members, be a page, or be empty', async () => {
      const { text: usual = '' } = await answerWith(undefined)
      const { text: truncated = '' } = await answerWith('truncated')
      expect(usual.startsWith(truncated)).toBe(true)
      expect(() => JSON.parse(truncated)).toThrow(SyntaxError)
      expect(await answerWith('empty_object')).toMatchObject({ status: 200, text: '{}' })
      expect(await answerWith('html')).toMatchObject({
        status: 200,
        type: 'text/html',
        text: expect.stringMatching(/^<!DOCTYPE html>/),
      })
      expect(await answerWith('empty')).toMatchObject({ status: 200, text: '' })
    })
  })

  it.each([
    ['html', 200, /^<!DOCTYPE html>/],
    ['truncated', 200, /^\{"data":\{/],
    ['empty_object', 200, /^\{\}$/],
    ['empty', 204, /^$/],
  ] as const)('gives an APPEND of the command generation the body %s', async (body, status, text) => {
    const faults = [{ step: 'append', kind: 'success', body, ...(body === 'empty' ? { status: 204 } : {}) }] as const
    const calls = createCalls({ faults: [...faults] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const path = `/2/media/upload?command=APPEND&media_id=${id}`
    const answer = await calls.postForm(path, { segment_index: '0', media: bytes(1) })
    expect(answer.status).toBe(status)
    expect(await answer.text()).toMatch(text)
    expect((await calls.emulator.upload(id))?.size).toBe(1)
  })

  it('gives an APPEND of the command generation a body', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', status: 200 }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const path = `/2/media/upload?command=APPEND&media_id=${id}`
    const answer = await calls.postForm(path, { segment_index: '0', media: bytes(1) })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ data: { expires_at: 1_790_086_400 } })
  })

  it('does not change a refusal', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', status: 204 }] })
    expect((await calls.append('1', 0, bytes(1))).status).toBe(400)
  })
})
