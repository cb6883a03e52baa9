import { describe, expect, it } from 'vitest'
import { createInstance, type XMediaOptions } from '../../src/options.ts'

const options: XMediaOptions = { token: 't', secret: 's'.repeat(32), authorize: () => null }

/** Options as a caller without types may give them. */
function given(changes: object): XMediaOptions {
  return Object.assign({}, options, changes)
}

describe('the options', () => {
  it.each([
    { token: undefined },
    { token: '' },
    { authorize: undefined },
    { secret: undefined },
    { secret: 'short' },
    { dialect: 'v3' },
    { apiBaseUrl: 'api.x.com' },
    { apiBaseUrl: 'ftp://api.x.com' },
    { apiBaseUrl: 'https://user@api.x.com' },
    { apiBaseUrl: 'https://api.x.com/?a=b' },
    { segmentBytes: 1.5 },
    { segmentBytes: Number.NaN },
    { concurrency: '3' },
    { onEvent: 'log' },
    { fetch: 1 },
    { retry: 5 },
    { categoryMaxBytes: 5 },
    { categoryMaxBytes: { tweet_image: '5' } },
    { categoryMaxBytes: { tweet_text: 5 } },
    { compat: 'no' },
    { inspect: 'x' },
    { mountPath: 5 },
    { quota: 5 },
    { store: null },
    { store: {} },
    { origins: 'https://a.example' },
  ])('are refused as a TypeError when they are %j', (changes) => {
    expect(() => createInstance(given(changes))).toThrow(TypeError)
  })

  it.each([
    ['segmentBytes', 1, 5_000_000],
    ['concurrency', 1, 6],
    ['maxSegments', 1, 1000],
    ['memoryBytes', 32 * 1024 * 1024, Number.MAX_SAFE_INTEGER - 1],
    ['maxUploads', 1, Number.MAX_SAFE_INTEGER - 1],
    ['maxUploadsPerSubject', 1, Number.MAX_SAFE_INTEGER - 1],
    ['maxCreationsPerHour', 1, Number.MAX_SAFE_INTEGER - 1],
    ['idleTimeoutMs', 1, Number.MAX_SAFE_INTEGER - 1],
    ['minBytesPerSec', 1, Number.MAX_SAFE_INTEGER - 1],
    ['maxBytes', 1, Number.MAX_SAFE_INTEGER - 1],
    ['maxListeners', 1, Number.MAX_SAFE_INTEGER - 1],
    ['maxListenersPerSubject', 1, Number.MAX_SAFE_INTEGER - 1],
    ['deadlineMs', 1, Number.MAX_SAFE_INTEGER - 1],
  ])('%s is taken from %i to %i and refused beyond as a RangeError', (name, min, max) => {
    createInstance(given({ [name]: min }))
    createInstance(given({ [name]: max }))
    expect(() => createInstance(given({ [name]: min - 1 }))).toThrow(RangeError)
    if (max < Number.MAX_SAFE_INTEGER - 1) {
      expect(() => createInstance(given({ [name]: max + 1 }))).toThrow(RangeError)
    }
  })

  it('keep a path of the base URL and drop the slash at its end', () => {
    for (const apiBaseUrl of ['https://gateway.example/x/', 'https://gateway.example/x']) {
      expect(() => createInstance(given({ apiBaseUrl }))).not.toThrow()
    }
  })
})
