import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { type MediaRulesOptions, mediaRules } from '../../../src/media/index.ts'
import { movieWith } from '../../support/movies.ts'
import { type Outcome, WAYS_IN } from '../../support/ways-in.ts'

const MEDIA = mediaRules({})

/** An emulated X of its own, and how often which of its steps was called. */
function watchedX() {
  const emulator = createEmulator()
  const x = { segmentBytes: 8000, fetch: async (url: string, init: RequestInit) => emulator.app.request(url, init) }
  return { x, counts: () => emulator.requests().counts }
}

const finalizedEvent = ({ events }: Outcome) => events.find(({ type }) => type === 'finalized')

/** Over X's own API, its clients send INIT themselves, and X's answers have no facts. */
const isCompat = (way: string) => way.startsWith('over X’s own API')
const sendsInit = (way: string) => isCompat(way) && way !== 'over X’s own API, in one request'

describe.each(Object.entries(WAYS_IN))('an upload %s', (way, upload) => {
  it.each([
    ['chroma-444.mp4', 'The video has 4:4:4 chroma; X takes 4:2:0.'],
    ['gop-600.mp4', 'The video has up to 600 frames per key frame; X takes 512.'],
    ['surround.mp4', 'The sound has 6 channels; X takes 2.'],
  ])('of %s is refused before FINALIZE if only its end tells', async (name, sentence) => {
    const { x, counts } = watchedX()
    const outcome = await upload({ x, mediaType: 'video/mp4', file: movieWith(name, 'last'), media: MEDIA })
    expect(outcome.error).toBe(isCompat(way) ? '400' : 'media_unsupported')
    expect(JSON.stringify(outcome.answer)).toContain(sentence)
    expect(counts()).toMatchObject({ initialize: 1, finalize: 0 })
  })

  it.each(['chroma-444.mp4', 'gop-600.mp4', 'surround.mp4'])(
    'of %s is refused before INIT if its first segment tells',
    async (name) => {
      const { x, counts } = watchedX()
      const outcome = await upload({ x, mediaType: 'video/mp4', file: movieWith(name, 'first'), media: MEDIA })
      expect(outcome.error).toBe(isCompat(way) ? '400' : 'media_unsupported')
      expect(counts()).toMatchObject({ initialize: sendsInit(way) ? 1 : 0, finalize: 0 })
    },
  )

  it.each(['first', 'last'] as const)('tells what a video with its moov box %s is', async (moov) => {
    const { x } = watchedX()
    const outcome = await upload({ x, mediaType: 'video/mp4', file: movieWith('long.mp4', moov), media: MEDIA })
    expect(outcome.error).toBeUndefined()
    const findings = {
      facts: {
        container: 'mp4',
        known: moov === 'first' ? 'first-segment' : 'end',
        width: 16,
        height: 16,
        durationSecs: 1260,
        video: { codec: 'avc1', chroma: '4:2:0' },
      },
      warnings: [
        { rule: 'min_video_side', actual: 16, limit: 32 },
        {
          rule: 'post_duration',
          detail: 'The video is 21 min long; X takes 20 min (125 min with Premium) in a post. Trim it.',
        },
      ],
    }
    expect(finalizedEvent(outcome)).toMatchObject(findings)
    if (isCompat(way)) expect(Object.keys(Object(outcome.answer))).toEqual(['data'])
    else expect(outcome.answer).toMatchObject(findings)
  })

  it.each(['first', 'last'] as const)('with its moov box %s is hashed as it passes', async (moov) => {
    const { x } = watchedX()
    const file = movieWith('gop-513.mp4', moov)
    const beforeFinalize = vi.fn<NonNullable<MediaRulesOptions['beforeFinalize']>>(() => undefined)
    const media = mediaRules({ onViolation: 'warn', beforeFinalize })
    expect((await upload({ x, mediaType: 'video/mp4', file, media })).error).toBeUndefined()
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith({
      ...{ category: 'tweet_video', totalBytes: file.length, sha256: createHash('sha256').update(file).digest('hex') },
      facts: expect.objectContaining({ frames: 600 }),
    })
  })

  it('says nothing about the file without the option', async () => {
    const { x } = watchedX()
    const outcome = await upload({ x, mediaType: 'video/mp4', file: movieWith('chroma-444.mp4', 'last') })
    expect(outcome.error).toBeUndefined()
    for (const found of [outcome.answer, finalizedEvent(outcome)]) {
      expect(found).not.toHaveProperty('facts')
      expect(found).not.toHaveProperty('warnings')
    }
  })
})
