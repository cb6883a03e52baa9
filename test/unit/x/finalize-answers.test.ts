import { describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions, type SuccessBody } from '../../../src/emulator/index.ts'
import type { XApiOptions } from '../../../src/index.ts'
import { sampleFile } from '../../support/media.ts'
import { uploadFromApp, WAYS_IN } from '../../support/ways-in.ts'

const video = { mediaType: 'video/mp4', file: sampleFile('video/mp4', 6000) } as const
const gif = { mediaType: 'image/gif', file: sampleFile('image/gif', 6000) } as const
const image = { mediaType: 'image/png', file: sampleFile('image/png', 6000) } as const

/** An emulator in this process; calls are repeated at once. */
function setUp(options: EmulatorOptions = {}): { emulator: Emulator; x: XApiOptions } {
  const emulator = createEmulator(options)
  return { emulator, x: { fetch: async (url, init) => emulator.app.request(url, init), retry: { backoffMs: 0 } } }
}

/** The same, but a FINALIZE that was carried out is answered with `body`. */
function answeringFinalize(body: object): { emulator: Emulator; x: XApiOptions } {
  const { emulator, x } = setUp()
  return {
    emulator,
    x: {
      ...x,
      async fetch(url, init) {
        const answer = await emulator.app.request(url, init)
        return url.endsWith('/finalize') && answer.ok ? Response.json(body) : answer
      },
    },
  }
}

const finalizeWith = (body: SuccessBody, times = 1): EmulatorOptions => ({
  faults: [{ step: 'finalize', kind: 'success', body, times }],
})
const UNREADABLE = ['html', 'truncated', 'empty_object', 'other_id', 'numeric_id'] as const

/** The ways that bring an image to X in one call, and the error of a call that fails. */
const IN_ONE_CALL: Readonly<Record<string, string>> = {
  'as a raw body': 'x_unavailable',
  'as a form': 'x_unavailable',
  'over X’s own API, in one request': '503',
  'from the app itself': 'x_unavailable',
}

describe.each(Object.entries(WAYS_IN))('an upload %s', (way, upload) => {
  const rejected = way.startsWith('over X’s own API') ? '400' : 'x_rejected_media'

  it.each(['unwrapped', 'v1', 'empty'] as const)(
    'takes an answer to FINALIZE that is %s for a success',
    async (body) => {
      for (const source of [video, image]) {
        const { emulator, x } = setUp(finalizeWith(body))
        const { id } = await upload({ x, ...source })
        expect(id).toBe(emulator.uploads()[0]?.id)
        expect(emulator.requests().counts).toMatchObject({ finalize: 1 })
      }
    },
  )

  it.each(UNREADABLE)('lets STATUS decide about a video or GIF when FINALIZE answers %s', async (body) => {
    for (const source of [video, gif]) {
      const { emulator, x } = setUp(finalizeWith(body))
      const { id, told } = await upload({ x, ...source })
      expect(id).toBe(emulator.uploads()[0]?.id)
      expect(emulator.requests().counts).toMatchObject({ finalize: 2, status: 1 })
      expect(told).not.toContain(otherId(id))
    }
  })

  it.each(UNREADABLE)('ends for an image that FINALIZE answers %s to in a refusal', async (body) => {
    const { emulator, x } = setUp(finalizeWith(body))
    const { id, error, told } = await upload({ x, ...image })
    expect({ id, error }).toEqual({ id: undefined, error: rejected })
    expect(told).not.toContain(otherId(emulator.uploads()[0]?.id))
    expect(emulator.requests().counts).toMatchObject({ finalize: 2, status: 0 })
  })

  it('takes neither partial errors nor an empty list for a success of FINALIZE', async () => {
    for (const body of [{ errors: [{ title: 'Invalid Request', detail: 'Media not found.' }] }, [], { data: null }]) {
      expect(await upload({ ...answeringFinalize(body), ...image })).toMatchObject({ id: undefined, error: rejected })
      const { emulator, x } = answeringFinalize(body)
      expect(await upload({ x, ...video })).toMatchObject({ id: emulator.uploads()[0]?.id, error: undefined })
    }
  })

  it('gets its own media when X repeats the answer to FINALIZE', async () => {
    const { emulator, x } = setUp({ ...finalizeWith('html'), repeatedFinalize: 'answer' })
    expect(await upload({ x, ...image })).toMatchObject({ id: emulator.uploads()[0]?.id, error: undefined })
  })
})

/** Answers that are no success of a call that uploads a whole file. */
const NO_MEDIA: [string, () => Response][] = [
  ['a web page', () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } })],
  ['an empty object', () => Response.json({})],
  ['errors without data', () => Response.json({ errors: [{ title: 'Invalid Request' }] })],
  ['cut JSON', () => new Response('{"data":{"id":"17"')],
  ['a numeric id', () => Response.json({ data: { id: 17 } })],
  ['nothing', () => new Response(null, { status: 204 })],
]

describe.each(Object.entries(WAYS_IN).filter(([way]) => way in IN_ONE_CALL))(
  'an image %s, in one call,',
  (way, upload) => {
    it.each(NO_MEDIA)('fails when X answers with %s', async (_, answer) => {
      const calls: string[] = []
      const x: XApiOptions = {
        ...{ oneShotBytes: image.file.length, segmentBytes: image.file.length / 2 },
        async fetch(url) {
          calls.push(new URL(url).pathname)
          return answer()
        },
      }
      expect(await upload({ x, ...image })).toMatchObject({ id: undefined, error: IN_ONE_CALL[way] })
      expect(calls).toEqual(['/2/media/upload'])
    })
  },
)

describe.each(Object.entries(WAYS_IN).filter(([way]) => way.startsWith('over X’s own API')))(
  'an upload %s',
  (_, upload) => {
    it('that cannot be confirmed ends in a sentence that says so', async () => {
      const { x } = setUp({ ...finalizeWith('html', 0), repeatedFinalize: 'answer' })
      const { error, told } = await upload({ x, ...image })
      expect(error).toBe('400')
      expect(told).toContain('X has not confirmed the upload. Upload the file again.')
      expect(told).not.toContain('Not found')
    })

    it('has its media key even if FINALIZE answers nothing', async () => {
      const { emulator, x } = setUp(finalizeWith('empty'))
      const { answer } = await upload({ x, ...image })
      expect(answer).toMatchObject({ data: { media_key: `3_${emulator.uploads()[0]?.id}` } })
    })
  },
)

describe('a client whose FINALIZE is never answered in a readable way', () => {
  const upload = (emulatorOptions: EmulatorOptions, source: typeof image | typeof video) => {
    const { emulator, x } = setUp({ ...emulatorOptions, repeatedFinalize: 'answer' })
    return { emulator, outcome: uploadFromApp({ x, ...source }) }
  }

  it.each(UNREADABLE)('with %s, gets a video if STATUS knows it, and no image', async (body) => {
    const { emulator, outcome } = upload(finalizeWith(body, 0), video)
    expect(await outcome).toMatchObject({ id: emulator.uploads()[0]?.id, error: undefined })
    const refused = upload(finalizeWith(body, 0), image)
    expect(await refused.outcome).toMatchObject({ id: undefined, error: 'x_rejected_media' })
  })

  it('gets no video that STATUS does not know, or knows as another', async () => {
    const faults = (...status: NonNullable<EmulatorOptions['faults']>) => ({
      faults: [...(finalizeWith('html', 0).faults ?? []), ...status],
    })
    const other = upload(faults({ step: 'status', kind: 'success', body: 'other_id', times: 0 }), video)
    expect(await other.outcome).toMatchObject({ id: undefined, error: 'x_unavailable' })
    const unknown = upload(faults({ step: 'status', kind: 'error', status: 400 }), video)
    expect(await unknown.outcome).toMatchObject({ id: undefined, error: 'x_rejected_media' })
  })
})

/** The id that the emulator's `other_id` names. */
function otherId(id: string | undefined): string {
  expect(id).toMatch(/^\d+$/)
  return String(BigInt(id ?? '') + 1n)
}
