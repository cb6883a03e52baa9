import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { InspectedUpload, JudgedFile, MediaInspection } from '../../../src/ingress/media-check.ts'
import { type MediaRulesOptions, mediaRules } from '../../../src/media/index.ts'
import { joined } from '../../support/bytes.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { movieWith } from '../../support/movies.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

const SEGMENT_BYTES = 5000
const START: InspectedUpload = { offset: 0, segmentBytes: SEGMENT_BYTES }

function begin(options: MediaRulesOptions = {}, upload = START, emit = vi.fn()): MediaInspection {
  return mediaRules(options).begin(upload, emit)
}

const videoOf = (file: Uint8Array): JudgedFile => ({ category: 'tweet_video', totalBytes: file.length })

/** Passes a file in segments, each to an inspection that continues what the one before saved, as other processes would. */
function passThroughProcesses(file: Uint8Array, options: MediaRulesOptions): MediaInspection {
  const media = mediaRules(options)
  let upload: InspectedUpload = { ...START, totalBytes: file.length }
  for (let end = 0; end < file.length; ) {
    const inspection = media.begin(upload, () => {})
    const segment = file.subarray(end, end + SEGMENT_BYTES)
    inspection.push(segment)
    // Bytes that X does not acknowledge, so that the next process gets them again.
    inspection.push(file.subarray(end + segment.length, end + segment.length + 100))
    end += segment.length
    const saved: unknown = JSON.parse(JSON.stringify(inspection.savedAt(end)))
    upload = { ...upload, offset: end, inspection: saved }
  }
  return media.begin(upload, () => {})
}

describe('an inspection', () => {
  it.each(videoFixtures().map(({ name }) => name))(
    'knows the same of %s when other processes continue it',
    async (name) => {
      const file = readVideoFixture(name)
      const options = { rules: [], beforeFinalize: vi.fn(() => undefined) }
      const whole = begin(options)
      whole.push(file)
      await whole.finish(videoOf(file))
      const continued = passThroughProcesses(file, options)
      await continued.finish(videoOf(file))
      expect(continued.findings()).toEqual(whole.findings())
      const sha256 = createHash('sha256').update(file).digest('hex')
      expect(options.beforeFinalize.mock.calls).toEqual([
        [expect.objectContaining({ sha256, facts: whole.findings().facts })],
        [expect.objectContaining({ sha256, facts: whole.findings().facts })],
      ])
    },
  )

  it.each(videoFixtures().map(({ name }) => name))('saves at most 1.3 KiB wherever %s is cut', (name) => {
    const file = readVideoFixture(name)
    const inspection = begin({ beforeFinalize: () => undefined })
    for (let end = 0; end < file.length; end += 97) {
      const bytes = file.subarray(end, end + 97)
      inspection.push(bytes)
      const saved = JSON.stringify(inspection.savedAt(end + bytes.length))
      expect(new TextEncoder().encode(saved).length).toBeLessThanOrEqual(1331)
    }
  })

  it.each([
    ['nothing was saved', undefined],
    ['something else was saved', 'x'],
    ['what was saved is of other bytes', { offset: 10, probe: {} }],
    ['only the hash of these bytes was saved', { offset: 100 }],
  ])('knows nothing, and refuses nothing, if %s', async (_, inspection) => {
    const beforeFinalize = vi.fn(() => undefined)
    const file = movieWith('chroma-444.mp4', 'last')
    const continued = begin({ beforeFinalize }, { offset: 100, segmentBytes: SEGMENT_BYTES, inspection })
    continued.push(file.subarray(100))
    await continued.finish(videoOf(file))
    expect(continued.findings()).toEqual({})
    expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith({
      ...{ sha256: undefined, facts: undefined },
      ...{ category: 'tweet_video', totalBytes: file.length },
    })
  })

  it('remembers what it saved after each of the last eight pushes', () => {
    const inspection = begin()
    for (let push = 1; push <= 9; push++) inspection.push(new Uint8Array(5000))
    const known = Array.from({ length: 9 }, (_, index) => inspection.savedAt(5000 * (index + 1)) !== undefined)
    expect(known).toEqual([false, ...Array.from({ length: 8 }, () => true)])
    expect(inspection.savedAt(1)).toBeUndefined()
  })

  it.each([
    ['the facts are beyond the first segment', movieWith('long.mp4', 'last'), false],
    ['the facts follow in the first segment', movieWith('long.mp4', 'first'), true],
    ['the head has all the facts', joined(readMediaFixture('photo.jpg'), new Uint8Array(5000)), false],
    ['the format is unknown', new Uint8Array(10_000), false],
  ])('needs the first segment or not: %s', (_, file, needs) => {
    const inspection = begin({}, { offset: 0, segmentBytes: 8000 })
    inspection.push(file.subarray(0, 4100))
    expect(inspection.needsFirstSegment()).toBe(needs)
  })

  it('emits an event, once, when a file contradicts itself, and lets it pass', async () => {
    const file = readVideoFixture('chroma-444.mp4')
    // The size of the first box in `moov`.
    const moov = Buffer.from(file).indexOf('moov')
    file.fill(0xff, moov + 4, moov + 8)
    const emit = vi.fn()
    const inspection = begin({}, { ...START, mediaId: '1' }, emit)
    inspection.push(file)
    inspection.push(file)
    await inspection.finish(videoOf(new Uint8Array(2 * file.length)))
    expect(inspection.findings()).toEqual({ facts: { container: 'mp4', known: 'head' } })
    expect(emit.mock.calls).toEqual([[{ type: 'facts_unknown', mediaId: '1', reason: expect.stringMatching(/./) }]])
  })

  it('judges a file of which all bytes have passed by what only its end tells', () => {
    const file = readVideoFixture('gop-600.mp4')
    const inspection = begin()
    inspection.push(file.subarray(0, 5000))
    inspection.judge(videoOf(file))
    inspection.push(file.subarray(5000))
    expect(() => inspection.judge(videoOf(file))).toThrow(
      expect.objectContaining({
        code: 'media_unsupported',
        status: 422,
        members: { violations: [expect.objectContaining({ rule: 'gop_frames', actual: 600, limit: 512 })] },
      }),
    )
  })
})

describe('the account', () => {
  const file = readVideoFixture('long.mp4')

  function judge(options: MediaRulesOptions, account?: 'unknown' | 'ordinary' | 'premium'): string[] {
    const inspection = mediaRules(options).begin(START, () => {}, account)
    inspection.push(file)
    inspection.judge(videoOf(file))
    return (inspection.findings().warnings ?? []).map(({ rule }) => rule)
  }

  it.each([
    ['unknown', undefined],
    ['premium', 'unknown'],
    ['ordinary', 'unknown'],
  ] as const)('of the options, %s, and of the principal, %s, decides whether a long video warns', (account, own) => {
    expect(judge({ account }, own)).toContain('post_duration')
  })

  it.each([
    ['premium', undefined],
    ['ordinary', 'premium'],
    ['unknown', 'premium'],
  ] as const)('of the options, %s, and of the principal, %s, allows a long video', (account, own) => {
    expect(judge({ account }, own)).not.toContain('post_duration')
  })

  it.each([
    ['ordinary', undefined],
    ['premium', 'ordinary'],
    ['unknown', 'ordinary'],
  ] as const)('of the options, %s, and of the principal, %s, refuses a long video', (account, own) => {
    expect(() => judge({ account }, own)).toThrow(/^The video is 21 min long; X takes 20 min in a post. Trim it.$/)
  })

  it('must be one that there is', () => {
    expect(() => Reflect.apply(mediaRules().begin, undefined, [START, () => {}, 'Premium'])).toThrow(
      new TypeError('An account is one of unknown, ordinary, premium'),
    )
  })
})

describe('requireAltText', () => {
  const image = readMediaFixture('photo.jpg')

  function check(requireAltText: 'warn' | 'refuse' | undefined, file: Partial<JudgedFile>): string[] {
    const inspection = begin(requireAltText ? { requireAltText } : {})
    inspection.push(image)
    inspection.judge({ category: 'tweet_image', totalBytes: image.length, ...file })
    return (inspection.findings().warnings ?? []).map(({ rule }) => rule).filter((rule) => rule === 'alt_text_missing')
  }

  it.each(['tweet_image', 'dm_image', 'tweet_gif', 'dm_gif'] as const)('refuses a %s without it', (category) => {
    const refusal = expect.objectContaining({ code: 'alt_text_missing', status: 400 })
    expect(() => check('refuse', { category })).toThrow(refusal)
    expect(() => check('refuse', { category, altText: '' })).toThrow(refusal)
  })

  it('warns instead if it is to', () => {
    expect(check('warn', {})).toEqual(['alt_text_missing'])
  })

  it.each<[string, Partial<JudgedFile>]>([
    ['the image has it', { altText: 'A cat' }],
    ['it may still come', { altTextMayFollow: true }],
    ['the file is a video', { category: 'tweet_video' }],
    ['the file has subtitles', { category: 'subtitles' }],
  ])('does nothing if %s', (_, file) => {
    expect(check('refuse', file)).toEqual([])
    expect(check('warn', file)).toEqual([])
  })

  it('does nothing by default', () => {
    expect(check(undefined, {})).toEqual([])
  })
})

describe('beforeFinalize', () => {
  const image = readMediaFixture('photo.jpg')
  const file: JudgedFile = { category: 'tweet_image', totalBytes: image.length }

  it('refuses with a string, which may come later', async () => {
    for (const beforeFinalize of [() => 'Not here.', async () => 'Not here.']) {
      const inspection = begin({ beforeFinalize })
      inspection.push(image)
      await expect(inspection.finish(file)).rejects.toMatchObject({
        ...{ code: 'content_refused', status: 422, message: 'Not here.' },
      })
    }
  })

  it('does not see a file that the rules refuse', async () => {
    const beforeFinalize = vi.fn(() => undefined)
    const inspection = begin({ beforeFinalize, requireAltText: 'refuse' })
    inspection.push(image)
    await expect(inspection.finish(file)).rejects.toMatchObject({ code: 'alt_text_missing' })
    expect(beforeFinalize).not.toHaveBeenCalled()
  })
})
