import { describe, expect, it, vi } from 'vitest'
import { openReader } from '../../../src/ingress/byte-reader.ts'
import { readDeclaredMedia } from '../../../src/ingress/media-type.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { mediaRules } from '../../../src/media/index.ts'
import { createInitialization } from '../../../src/relay/initialization.ts'
import { createCallScope } from '../../../src/x/call-scope.ts'
import { createXClient } from '../../../src/x/x-client.ts'
import { joined } from '../../support/bytes.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { movieWith } from '../../support/movies.ts'

const SEGMENT_BYTES = 8000
const HEAD_BYTES = 4100

/** The INIT of an upload to an X that answers nothing else, and how often it was called. */
function setUp(mediaType: string, file: Uint8Array<ArrayBuffer>, media = mediaRules()) {
  const fetch = vi.fn(async () => Response.json({ data: { id: '1' } }))
  const retry = { retries: 0, backoffMs: 0, maxBackoffMs: 0, maxRateLimitWaitMs: 0, timeoutMs: 1000 }
  const client = createXClient({ baseUrl: 'https://x.example', dialect: 'resource', fetch, clock: systemClock, retry })
  const token = { current: async () => 't', renew: async () => 't' }
  const scope = createCallScope({ token, emit() {} }, systemClock)
  const declared = readDeclaredMedia(mediaType, undefined)
  const inspection = media.begin({ offset: 0, segmentBytes: SEGMENT_BYTES }, () => {})
  const initialization = createInitialization(
    {
      ...{ declared: () => declared, totalBytes: file.length, body: openReader(new Blob([file]).stream()) },
      requested: () => ({}),
      admit: async () => ({ mediaType: 'video/mp4', declaredType: mediaType, category: 'tweet_video' }),
    },
    { client, call: scope.call, scope, inspection, onInitialized() {} },
  )
  return { initialization, calls: () => fetch.mock.calls.length, end: scope.dispose }
}

describe('INIT', () => {
  it.each([
    ['starts with the head if the facts are beyond the first segment', 'video/mp4', movieWith('long.mp4', 'last'), 1],
    ['waits for the first segment if the facts follow in it', 'video/mp4', movieWith('long.mp4', 'first'), 0],
    [
      'starts with the head if it has all the facts',
      'image/jpeg',
      joined(readMediaFixture('photo.jpg'), new Uint8Array(20_000)),
      1,
    ],
  ])('%s', async (_, mediaType, file, callsAtHead) => {
    const { initialization, calls, end } = setUp(mediaType, file)
    initialization.onHead(file.slice(0, HEAD_BYTES))
    await initialization.settled()
    expect(calls()).toBe(callsAtHead)
    initialization.onSegment(file.slice(0, SEGMENT_BYTES))
    expect(await initialization.result()).toMatchObject({ mediaId: '1' })
    expect(calls()).toBe(1)
    end()
  })
})
