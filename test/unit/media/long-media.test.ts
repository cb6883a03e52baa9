import { expect, it } from 'vitest'
import { IMAGE_FORMATS } from '../../../src/media/image-formats.ts'
import { createProbe } from '../../../src/media/probe.ts'
import { VIDEO_FORMATS } from '../../../src/media/video-formats.ts'
import { LONG_MEDIA, segmentsOf } from '../../support/long-media.ts'
import { heldBytes } from '../../support/memory.ts'

const MIB = 1024 * 1024
const FILE_BYTES = 1024 * MIB
const SEGMENT_BYTES = 4 * MIB
const MEASURED_EVERY = 32

const MOST_HELD_BYTES = MIB
const MOST_SAVED_BYTES = 1024

it.each(Object.entries(LONG_MEDIA))(
  'a probe of 1 GiB of %s holds less than 1 MiB, and saves less than 1 KiB',
  (_, create) => {
    const errors: unknown[] = []
    const file = create(FILE_BYTES)
    const growths: number[] = []
    let given = 0
    const probe = createProbe({
      ...{ formats: [...IMAGE_FORMATS, ...VIDEO_FORMATS], firstSegmentBytes: SEGMENT_BYTES },
      onError: (error) => errors.push(error),
    })
    let before = Number.NaN
    for (const segment of segmentsOf(file, FILE_BYTES, SEGMENT_BYTES)) {
      // From the second segment on, all are views of a buffer that is there already.
      if (given === SEGMENT_BYTES) before = heldBytes()
      probe.push(segment)
      given += segment.length
      if ((given / SEGMENT_BYTES) % MEASURED_EVERY !== 0) continue
      growths.push(heldBytes() - before)
      expect(JSON.stringify(probe.save()).length).toBeLessThanOrEqual(MOST_SAVED_BYTES)
    }
    probe.end()
    expect(errors).toEqual([])
    expect(growths.length).toBeGreaterThan(6)
    expect(Math.max(...growths)).toBeLessThan(MOST_HELD_BYTES)
    expect(given).toBeGreaterThan(FILE_BYTES - MIB)
    expect(probe.facts()).toMatchObject({ known: 'end', frames: expect.any(Number) })
  },
)
