import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProbe, type Probe } from '../../../src/media/probe.ts'
import { VIDEO_FORMATS } from '../../../src/media/video-formats.ts'
import { joined } from '../../support/bytes.ts'
import { movieWithTables, mp4Box } from '../../support/mp4-boxes.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

const OPTIONS = { formats: VIDEO_FORMATS, firstSegmentBytes: 8 * 1024 }
const MOST_SAVED_BYTES = 1024

const files = videoFixtures().map(({ name, facts }) => ({ name, facts, bytes: readVideoFixture(name) }))

function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  return readVideoFixture(name)
}

/** Passes over what tells nothing and gives the probe the rest, in a buffer that is overwritten afterwards. */
function feed(probe: Probe, bytes: Uint8Array): void {
  const skipped = Math.min(probe.skippable, bytes.length)
  probe.skip(skipped)
  const given = bytes.slice(skipped)
  probe.push(given)
  given.fill(0xff)
}

describe('a probe', () => {
  it('knows the same whatever the pieces of a file', () => {
    const cut = fc.record({
      file: fc.constantFrom(...files),
      sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5000 })), { minLength: 1 }),
    })
    fc.assert(
      fc.property(cut, ({ file, sizes }) => {
        const probe = createProbe(OPTIONS)
        for (let at = 0, piece = 0; at < file.bytes.length; piece++) {
          const size = sizes[piece % sizes.length] ?? 1
          feed(probe, file.bytes.subarray(at, at + size))
          at += size
        }
        probe.end()
        expect(probe.facts()).toEqual(file.facts)
      }),
      { numRuns: 400, seed: 20_261_127 },
    )
  })

  it.each(files)('knows the same of $name byte by byte', ({ bytes, facts }) => {
    const probe = createProbe(OPTIONS)
    for (const byte of bytes) probe.push(Uint8Array.of(byte))
    probe.end()
    expect(probe.facts()).toEqual(facts)
  })

  it('goes on in another process wherever it could be saved', () => {
    const cut = fc.record({ file: fc.constantFrom(...files), at: fc.nat(20_000) })
    let resumed = 0
    fc.assert(
      fc.property(cut, ({ file, at }) => {
        const before = createProbe(OPTIONS)
        before.push(file.bytes.subarray(0, at))
        const text = JSON.stringify(before.save())
        if (text === undefined) return
        expect(text.length).toBeLessThanOrEqual(MOST_SAVED_BYTES)
        resumed += 1
        const after = createProbe(OPTIONS, JSON.parse(text))
        after.push(file.bytes.subarray(at))
        after.end()
        expect(after.facts()).toEqual(file.facts)
      }),
      { numRuns: 600, seed: 20_261_127 },
    )
    expect(resumed).toBeGreaterThan(300)
  })

  it.each(files)('saves what it knows of $name at its end', ({ bytes, facts }) => {
    const before = createProbe(OPTIONS)
    before.push(bytes)
    before.end()
    const text = JSON.stringify(before.save())
    expect(text.length).toBeLessThanOrEqual(MOST_SAVED_BYTES / 2)
    const after = createProbe(OPTIONS, JSON.parse(text))
    after.end()
    expect(after.facts()).toEqual(facts)
    expect(JSON.stringify(after.save())).toBe(text)
  })

  it('can be saved anywhere in the tables of a movie of many gigabytes, whatever else a camera records', () => {
    const probe = createProbe(OPTIONS)
    // A box of 64 bits: its size follows its type.
    probe.push(joined(mp4Box('ftyp', 'isom', 0), Uint8Array.of(0, 0, 0, 1), new TextEncoder().encode('mdat')))
    probe.push(Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0))
    probe.push(new Uint8Array(5000))
    probe.skip(probe.skippable)
    const movie = movieWithTables(7200, 30).subarray(16)
    for (let at = 0; at < movie.length; at += 4999) {
      probe.push(movie.subarray(at, at + 4999))
      expect(JSON.stringify(probe.save())?.length).toBeLessThanOrEqual(MOST_SAVED_BYTES)
    }
    expect(probe.facts()).toMatchObject({ known: 'end', frames: 216_000, video: { profile: 'High' } })
  })

  it('needs only the first bytes of a file that begins with its index', () => {
    const probe = createProbe(OPTIONS)
    probe.push(bytesOf('moov-first.mp4').subarray(0, 4100))
    expect(probe.done).toBe(true)
    expect(probe.facts()).toMatchObject({ known: 'head', durationSecs: 1, video: { longestGop: 10 } })
    expect(probe.skippable).toBe(Number.POSITIVE_INFINITY)
  })

  it('passes over the media in front of an index', () => {
    const bytes = bytesOf('gop-600.mp4')
    const probe = createProbe(OPTIONS)
    probe.push(bytes.subarray(0, 4100))
    expect(probe.facts()).toEqual({ container: 'mp4', known: 'head' })
    expect(probe.skippable).toBeGreaterThan(1000)
    probe.skip(probe.skippable)
    probe.push(bytes.subarray(bytes.length - 400))
    expect(probe.facts()?.container).toBe('mp4')
  })

  it('does not let more be skipped than tells nothing', () => {
    const probe = createProbe(OPTIONS)
    probe.push(bytesOf('gop-600.mp4').subarray(0, 4100))
    expect(() => probe.skip(probe.skippable + 1)).toThrow(RangeError)
  })

  it('knows nothing before it has seen enough, and nothing of other files', () => {
    const probe = createProbe(OPTIONS)
    probe.push(bytesOf('moov-first.mp4').subarray(0, 100))
    expect(probe.facts()).toBeUndefined()
    const other = createProbe(OPTIONS)
    other.push(new TextEncoder().encode('WEBVTT'.repeat(1000)))
    expect(other.facts()).toBeUndefined()
    expect(other.done).toBe(true)
  })

  it('reports what a reader throws once, and keeps only the container', () => {
    const errors: unknown[] = []
    const probe = createProbe({ ...OPTIONS, onError: (error) => errors.push(error) })
    const bytes = bytesOf('moov-first.mp4')
    // The size of `mvhd`, which no longer fits into `moov`.
    bytes.set([0x7f, 0xff, 0xff, 0xff], 40)
    probe.push(bytes)
    probe.push(bytes)
    probe.end()
    expect(errors).toHaveLength(1)
    expect(probe.done).toBe(true)
    expect(probe.facts()).toEqual({ container: 'mp4', known: 'head' })
    const resumed = createProbe(OPTIONS, probe.save())
    expect(resumed.facts()).toEqual({ container: 'mp4', known: 'head' })
  })

  it.each([
    ['no state at all', 7],
    ['a state of an unknown release', { position: 5000, hasFailed: false, format: 'mp4', reader: { version: 99 } }],
  ])('says that it knows nothing when it is to continue from %s', (_, saved) => {
    const errors: unknown[] = []
    const probe = createProbe({ ...OPTIONS, onError: (error) => errors.push(error) }, saved)
    probe.push(bytesOf('moov-first.mp4'))
    expect(probe.facts()).toBeUndefined()
    expect(errors).toEqual([expect.any(TypeError)])
  })
})
