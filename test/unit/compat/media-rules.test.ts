import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { InspectedFile, XMediaEvent } from '../../../src/index.ts'
import { type MediaRulesOptions, mediaRules } from '../../../src/media/index.ts'
import { emulator } from '../../support/app.ts'
import { append, compatClient, errorOf, finalize, form, initialize, type Send } from '../../support/compat-calls.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { movieWith } from '../../support/movies.ts'

const SEGMENT_BYTES = 8000
const movie = movieWith('chroma-444.mp4', 'last')
const image = readMediaFixture('photo.jpg')

const segmentsOf = (file: Uint8Array<ArrayBuffer>) =>
  Array.from({ length: Math.ceil(file.length / SEGMENT_BYTES) }, (_, index) =>
    file.slice(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES),
  )

/** Sends a file's segments in this order. Resolves to the upload's id. */
async function appendAll(send: Send, file: Uint8Array<ArrayBuffer>, order: readonly number[]): Promise<string> {
  const id = await initialize(send, { media_type: 'video/mp4', total_bytes: file.length })
  const segments = segmentsOf(file)
  for (const index of order) {
    const answer = await append(send, id, index, segments[index] ?? new Uint8Array(0))
    expect(answer.status, await answer.clone().text()).toBe(200)
  }
  return id
}

function clientWith(rules: MediaRulesOptions) {
  const events: XMediaEvent[] = []
  const inspected: InspectedFile[] = []
  const send = compatClient({
    media: mediaRules(rules),
    onEvent: (event) => events.push(event),
    inspect(_, file) {
      inspected.push(file)
      return undefined
    },
  })
  return { send, inspected, finalized: () => events.filter(({ type }) => type === 'finalized') }
}

describe('an upload over X’s own API', () => {
  it('is refused at FINALIZE each time, without a call to X', async () => {
    const { send, inspected } = clientWith({})
    const id = await appendAll(send, movie, [0, 1])
    const { finalize: calls } = emulator.requests().counts
    for (let times = 0; times < 2; times++) {
      expect(await errorOf(finalize(send, id))).toEqual([
        400,
        'The video has 4:4:4 chroma; X takes 4:2:0. Encode it again: in ffmpeg, with -pix_fmt yuv420p.',
      ])
    }
    expect(emulator.requests().counts.finalize).toBe(calls)
    expect(inspected).toMatchObject([{ facts: { container: 'mp4' } }])
  })

  it('is hashed and probed once where a segment is repeated', async () => {
    const beforeFinalize = vi.fn<NonNullable<MediaRulesOptions['beforeFinalize']>>(() => undefined)
    const { send, finalized } = clientWith({ onViolation: 'warn', beforeFinalize })
    const id = await appendAll(send, movie, [0, 0, 1, 1])
    expect((await finalize(send, id)).status).toBe(200)
    const facts = expect.objectContaining({ video: expect.objectContaining({ chroma: '4:4:4' }) })
    const sha256 = createHash('sha256').update(movie).digest('hex')
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ sha256, facts }))
    const warnings = expect.arrayContaining([expect.objectContaining({ rule: 'chroma' })])
    expect(finalized()).toMatchObject([{ facts, warnings }])
  })

  it.each([
    ['the last segment comes first of those after the head', [0, 2, 1]],
    ['the head comes last', [1, 2, 0]],
  ])('is unknown, and passes, if %s', async (_, order) => {
    const file = movieWith('gop-600.mp4', 'last')
    const beforeFinalize = vi.fn(() => undefined)
    const { send, finalized } = clientWith({ beforeFinalize })
    const id = await appendAll(send, file, order)
    expect((await finalize(send, id)).status).toBe(200)
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ sha256: undefined, facts: undefined }),
    )
    expect(finalized()[0]).not.toHaveProperty('facts')
  })

  it('is finalized if `beforeFinalize` refuses it no longer', async () => {
    const beforeFinalize = vi.fn<() => string | undefined>().mockReturnValueOnce('Not here.')
    const { send } = clientWith({ onViolation: 'warn', beforeFinalize })
    const id = await appendAll(send, movie, [0, 1])
    expect(await errorOf(finalize(send, id))).toEqual([400, 'Not here.'])
    expect((await finalize(send, id)).status).toBe(200)
  })

  it('needs no alternative text, which comes with a later request', async () => {
    const { send } = clientWith({ requireAltText: 'refuse' })
    const id = await initialize(send, { media_type: 'image/jpeg', total_bytes: image.length })
    expect((await append(send, id, 0, image)).status).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    const whole = await send('POST', '/upload', form(['media_category', 'tweet_image'], ['media', image]))
    expect(whole.status).toBe(200)
  })

  it('has facts although it is shorter than a head', async () => {
    expect(image.length).toBeLessThan(4100)
    const { send, finalized } = clientWith({})
    const id = await initialize(send, { media_type: 'image/jpeg', total_bytes: image.length })
    await append(send, id, 0, image)
    await finalize(send, id)
    expect(finalized()).toMatchObject([{ facts: { container: 'jpeg', width: expect.any(Number) } }])
  })
})
