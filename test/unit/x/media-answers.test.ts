import { describe, expect, it } from 'vitest'
import { createEmulator, type EmulatorOptions, type Fault } from '../../../src/emulator/index.ts'
import { createXMedia, type XApiOptions } from '../../../src/index.ts'
import { sampleFile } from '../../support/media.ts'
import { WAYS_IN } from '../../support/ways-in.ts'

const image = { source: sampleFile('image/png', 5000), mediaType: 'image/png' } as const
const video = { source: sampleFile('video/mp4', 5000), mediaType: 'video/mp4' } as const

/** An emulator in this process, and clients of it, which share nothing. */
function setUp(options: EmulatorOptions = {}, changes: XApiOptions = {}) {
  const emulator = createEmulator(options)
  const x: XApiOptions = { fetch: async (url, init) => emulator.app.request(url, init), ...changes }
  return { emulator, x, createClient: () => createXMedia({ token: 't', x }) }
}

const success = (step: Fault['step'], body: NonNullable<Fault['body']>): EmulatorOptions => ({
  faults: [{ step, kind: 'success', body, times: 0 }],
})
const READABLE = ['unwrapped', 'v1'] as const
const UNREADABLE = ['html', 'truncated', 'empty_object', 'numeric_id', 'empty'] as const

describe('X’s answer', () => {
  it.each(READABLE)('to an upload in one call may be %s', async (body) => {
    const { emulator, createClient } = setUp(success('upload', body), { oneShotBytes: 5000 })
    const { data } = await createClient().upload(image)
    expect(data).toMatchObject({ id: emulator.uploads()[0]?.id, size: 5000, expires_after_secs: 86_400 })
    expect(data.media_key).toBe(`3_${data.id}`)
    expect(emulator.requests().counts).toMatchObject({ upload: 1, initialize: 0 })
  })

  it.each(READABLE)('to INIT may be %s', async (body) => {
    const { emulator, createClient } = setUp(success('initialize', body))
    expect((await createClient().upload(image)).data.id).toBe(emulator.uploads()[0]?.id)
  })

  it.each(READABLE)('to STATUS may be %s', async (body) => {
    const { createClient } = setUp(success('status', body))
    const { data } = await createClient().upload(video)
    expect((await createClient().status(data.id)).data).toMatchObject({
      id: data.id,
      processing_info: { state: 'pending' },
    })
  })

  it('may have v1.1’s members inside `data`', async () => {
    const media = { size: 5000, video: { video_type: 'video/mp4' } }
    const data = { ...media, media_id: 123, media_id_string: '123' }
    const { createClient } = setUp({}, { fetch: async () => Response.json({ data }) })
    expect((await createClient().upload(video)).data).toEqual({ ...media, id: '123' })
  })

  it.each(UNREADABLE)(
    'to an upload in one call is x_unavailable, and not asked for again, when it is %s',
    async (body) => {
      const { emulator, createClient } = setUp(success('upload', body), { oneShotBytes: 5000 })
      await expect(createClient().upload(image)).rejects.toMatchObject({ code: 'x_unavailable' })
      expect(emulator.requests().counts).toMatchObject({ upload: 1 })
    },
  )

  it.each(UNREADABLE)('to INIT is x_unavailable, and nothing is appended, when it is %s', async (body) => {
    const { emulator, createClient } = setUp(success('initialize', body))
    await expect(createClient().upload(image)).rejects.toMatchObject({ code: 'x_unavailable' })
    expect(emulator.requests().counts).toMatchObject({ initialize: 1, append: 0 })
  })

  it.each([...UNREADABLE, 'other_id'] as const)('to STATUS is x_unavailable when it is %s', async (body) => {
    const { createClient } = setUp(success('status', body))
    const { data } = await createClient().upload(video)
    await expect(createClient().status(data.id)).rejects.toMatchObject({ code: 'x_unavailable' })
  })

  it.each(Object.entries(WAYS_IN))(
    'with an id as a number never reaches a client that uploads %s',
    async (way, upload) => {
      const { emulator, x } = setUp(success('initialize', 'numeric_id'))
      const { id, error, told } = await upload({ x, mediaType: 'image/png', file: image.source })
      const expected = way.startsWith('over X’s own API') ? '503' : 'x_unavailable'
      expect({ id, error }).toEqual({ id: undefined, error: expected })
      const rounded = String(Number(emulator.uploads()[0]?.id))
      expect(rounded).toMatch(/^19\d{17}$/)
      expect(told).not.toContain(rounded.slice(0, 10))
    },
  )
})
