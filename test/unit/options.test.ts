import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createXMedia, memoryStore, xMedia, xMediaUpload } from '../../src/index.ts'
import { createInstance } from '../../src/instance.ts'
import { parseXMediaOptions } from '../../src/option-schema.ts'
import { METADATA_KINDS } from '../../src/x/limits.ts'

const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const MAX = Number.MAX_SAFE_INTEGER
const options = { token: 'a-token-of-x', secret: 'a secret of at least thirty-two bytes', authorize: () => null }

/** The faults of the options after some changes, one per line; none when the options work. */
function faultsOf(changes: object, read: (options: object) => unknown = createInstance): string[] {
  try {
    read({ ...options, ...changes })
    return []
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return error.message.split('\n- ').slice(1)
  }
}

/** An option by its path, as an object: `{ x: { segmentBytes: 1 } }`. */
function given(path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.')
  return { [name]: rest.length === 0 ? value : given(rest.join('.'), value) }
}

/** The paths of all numbers. */
function numbersIn(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member === 'number') return [prefix + name]
    return typeof member === 'object' ? numbersIn(member, `${prefix}${name}.`) : []
  })
}

const RANGES: readonly [string, number, number][] = [
  ['x.segmentBytes', 1, 5_000_000],
  ['x.concurrency', 1, 6],
  ['x.maxSegments', 1, 10_000],
  ['x.oneShotBytes', 0, 5_000_000],
  ['x.retry.retries', 0, 100],
  ['x.retry.backoffMs', 0, 3_600_000],
  ['x.retry.maxBackoffMs', 0, 3_600_000],
  ['x.retry.maxRateLimitWaitMs', 0, 86_400_000],
  ['x.retry.timeoutMs', 1, 3_600_000],
  ['limits.memoryBytes', 48 * 1024 * 1024, MAX],
  ['limits.deadlineMs', 1, MAX],
  ['limits.uploads', 1, MAX],
  ['limits.uploadsPerSubject', 1, MAX],
  ['limits.filesPerForm', 1, 4],
  ['limits.creationsPerHour', 1, MAX],
  ['limits.callsPerHour', 1, MAX],
  ['limits.sessions', 1, 50_000],
  ['limits.sessionsPerSubject', 1, MAX],
  ['limits.listeners', 1, MAX],
  ['limits.listenersPerSubject', 1, MAX],
  ['limits.idleMs', 1, MAX],
  ['limits.minBytesPerSec', 1, MAX],
  ['limits.quota.uploads', 1, MAX],
  ['limits.quota.bytes', 1, MAX],
  ['limits.quota.periodSecs', 1, MAX],
]

describe('a number among the options', () => {
  it.each(RANGES)('%s may be from %i to %i', (path, min, max) => {
    expect(faultsOf(given(path, min))).toEqual([])
    expect(faultsOf(given(path, max))).toEqual([])
    const [low, high] = [min - 1, max + 1].map((value) => value.toLocaleString('en'))
    expect(faultsOf(given(path, min - 1))).toEqual([`${path} must be at least ${min.toLocaleString('en')}, not ${low}`])
    expect(faultsOf(given(path, max + 1))).toEqual([`${path} must be at most ${max.toLocaleString('en')}, not ${high}`])
    expect(faultsOf(given(path, min + 0.5))).toEqual([`${path} must be a whole number, not ${min + 0.5}`])
  })

  it('is in that table, but for limits.uploadBytes', () => {
    const limits = { uploadsPerSubject: 1, quota: { uploads: 1, bytes: 1 } }
    const numbers = numbersIn(parseXMediaOptions({ ...options, limits }))
    expect([...RANGES.map(([path]) => path), 'limits.uploadBytes'].toSorted()).toEqual(numbers.toSorted())
  })

  it('may be 0 for the limit of a category, and is refused by its path', () => {
    expect(faultsOf({ limits: { categoryBytes: { tweet_image: 0, tweet_video: MAX } } })).toEqual([])
    const categoryBytes = { tweet_gif: -1, tweet_image: '5', tweet_text: 5 }
    expect(faultsOf({ limits: { categoryBytes } })).toEqual([
      'limits.categoryBytes.tweet_gif must be at least 0, not -1',
      'limits.categoryBytes.tweet_image must be a number, not a string',
      'limits.categoryBytes.tweet_text is not an option',
    ])
  })
})

describe('the defaults of limits.memoryBytes and x.concurrency', () => {
  it.each([
    ['Node.js/24', 256, 6],
    ['Bun/1.4.5', 256, 6],
    ['Deno/2.9.5', 256, 6],
    ['Cloudflare-Workers', 64, 4],
    ['Another/1.0', 64, 6],
  ])('are, on %s, %i MiB and %i', (userAgent, mib, concurrency) => {
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    vi.stubGlobal('navigator', { userAgent })
    // Node is also known by this.
    vi.stubGlobal('process', undefined)
    const { limits, x } = parseXMediaOptions(options)
    expect(limits.memoryBytes).toBe(mib * 1024 * 1024)
    expect(x.concurrency).toBe(concurrency)
  })
})

describe('allow', () => {
  it('is safe by default', () => {
    expect(parseXMediaOptions(options).allow).toEqual({
      additionalOwners: false,
      shared: false,
      categories: ['tweet_gif', 'tweet_image', 'tweet_video', 'dm_gif', 'dm_image', 'dm_video', 'subtitles'],
      metadata: ['alt_text', 'sensitive_media_warning'],
    })
  })

  it('keeps the other defaults where the app sets one member', () => {
    const { allow } = parseXMediaOptions({ ...options, allow: { shared: true } })
    expect(allow).toMatchObject({
      shared: true,
      additionalOwners: false,
      metadata: ['alt_text', 'sensitive_media_warning'],
    })
  })

  it('has mistakes by their paths', () => {
    const kinds = METADATA_KINDS.map((kind) => `"${kind}"`).join(' or ')
    const wrong = {
      additionalOwners: ['12'],
      shared: 'yes',
      categories: [],
      metadata: ['alt_text', 'altText'],
      owner: 1,
    }
    expect(faultsOf({ allow: wrong })).toEqual([
      'allow.additionalOwners must be true, false or a function',
      'allow.shared must be a boolean, not a string',
      'allow.categories must have at least one category',
      `allow.metadata.1 must be ${kinds}, not "altText"`,
      'allow.owner is not an option',
    ])
    expect(faultsOf({ allow: { metadata: [], categories: ['dm_image'], additionalOwners: () => true } })).toEqual([])
  })

  it('is no option of createXMedia', () => {
    const { token } = options
    const read = () => Reflect.apply(createXMedia, undefined, [{ token, allow: {} }])
    expect(faultsOf({}, read)).toEqual(['allow is not an option'])
  })
})

describe('limits.uploadBytes', () => {
  const fault = (most: string, given: string) =>
    `limits.uploadBytes must be at most ${most} (x.maxSegments × 5,000,000), not ${given}`

  it('may be from 1 to what the segments hold', () => {
    const upTo = (uploadBytes: number, maxSegments?: number) =>
      faultsOf({ limits: { uploadBytes }, x: maxSegments === undefined ? {} : { maxSegments } })
    expect(upTo(0)).toEqual(['limits.uploadBytes must be at least 1, not 0'])
    expect(upTo(1)).toEqual([])
    expect(upTo(5_000_000_000)).toEqual([])
    expect(upTo(5_000_000_001)).toEqual([fault('5,000,000,000', '5,000,000,001')])
    expect(upTo(200_000_000, 40)).toEqual([])
    expect(upTo(200_000_001, 40)).toEqual([fault('200,000,000', '200,000,001')])
    expect(upTo(50_000_000_000, 10_000)).toEqual([])
    expect(upTo(50_000_000_001, 10_000)).toEqual([fault('50,000,000,000', '50,000,000,001')])
  })

  it('is refused beside all other mistakes, by createXMedia too', () => {
    const wrong = { token: '', limits: { uploadBytes: 5_000_001, memoryBytes: 1 }, x: { maxSegments: 1 } }
    const faults = [
      'token must be a non-empty string, or a function that gets one',
      'limits.memoryBytes must be at least 50,331,648, not 1',
      fault('5,000,000', '5,000,001'),
    ]
    expect(faultsOf(wrong)).toEqual(faults)
    const { token, limits, x } = wrong
    expect(faultsOf({}, () => createXMedia({ token, limits, x }))).toEqual(faults)
  })

  it.each([
    [1, 5_000_000],
    [1000, 5_000_000_000],
    [3435, 17_175_000_000],
    [3436, 17_179_869_184],
    [10_000, 17_179_869_184],
  ])('is by default what x.maxSegments of %i holds, up to X’s maximum: %i', (maxSegments, uploadBytes) => {
    expect(parseXMediaOptions({ ...options, x: { maxSegments } }).limits.uploadBytes).toBe(uploadBytes)
  })
})

describe('the options', () => {
  it('are refused with one TypeError that lists everything wrong', () => {
    const wrong = {
      ...{ token: '', authorize: 'me', secret: 'short', store: {}, compat: 'no', inspect: 'x', onEvent: 1, log: true },
      http: { origins: 'https://a.example', mountPath: 5 },
      x: { baseUrl: 'api.x.com', dialect: 'v3', concurrency: '3', retry: { retries: -1 }, fetch: 1 },
      limits: { memoryBytes: 1, quota: { store: {} } },
    }
    expect(faultsOf(wrong).toSorted()).toEqual([
      'authorize must be a function',
      'compat must be a boolean, not a string',
      'http.mountPath must be a string or a function',
      "http.origins must be '*' or a list of origins such as https://app.example",
      'inspect must be a function',
      'limits.memoryBytes must be at least 50,331,648, not 1',
      'limits.quota.store must be an object with the method add',
      'log must be a logger or false',
      'onEvent must be a function',
      'secret has 5 bytes, needs 32',
      'store must be an object with the methods get and compareAndSwap',
      'token must be a non-empty string, or a function that gets one',
      'x.baseUrl must be an http(s) URL without credentials, query or fragment',
      'x.concurrency must be a number, not a string',
      'x.dialect must be "resource" or "command", not "v3"',
      'x.fetch must be a function',
      'x.retry.retries must be at least 0, not -1',
    ])
  })

  it.each([
    ['xMedia', xMedia],
    ['xMediaUpload', xMediaUpload],
  ])('are checked when %s is called, and three of them are required', (_, read) => {
    // A caller without types may give anything.
    expect(() => Reflect.apply(read, undefined, [{}])).toThrow(
      /^These options do not work:(?:\n- (?:token|authorize|secret) is not set: it must be a .+){3}$/,
    )
  })

  it('are checked by createXMedia too, which has fewer', () => {
    expect(() => createXMedia({ token: '', x: { concurrency: 7 } })).toThrow(TypeError)
    const read = (changed: object) => Reflect.apply(createXMedia, undefined, [changed])
    expect(faultsOf({ authorize: undefined, secret: undefined, limits: { uploads: 1 }, compat: true }, read)).toEqual([
      'limits.uploads is not an option',
      'secret is not an option',
      'authorize is not an option',
      'compat is not an option',
    ])
  })

  it.each([
    ['memorybytes', 'limits.memoryBytes'],
    ['limits.uploadByte', 'limits.uploadBytes'],
    ['x.segmentsBytes', 'x.segmentBytes'],
    ['autorize', 'authorize'],
    ['secrets', 'secret'],
    ['http.origin', 'http.origins'],
    ['limits.qouta', 'limits.quota'],
    ['limits.quota.upload', 'limits.quota.uploads'],
    ['x.retry.retrys', 'x.retry.retries'],
    ['uploads', 'limits.uploads'],
    ['limits.segmentBytes', 'x.segmentBytes'],
    ['limits.maxBytes', 'limits.uploadBytes'],
    ['limits.categoryBytes.tweet_pic', 'limits.categoryBytes.tweet_gif'],
    ['toekn', 'token'],
  ])('have no %s, and the error suggests %s', (path, meant) => {
    expect(faultsOf(given(path, 1))).toEqual([`${path} is not an option: did you mean ${meant}?`])
  })

  it('suggest nothing for a name that resembles no option', () => {
    expect(faultsOf({ foo: 1, x: { y: 1 } })).toEqual(['x.y is not an option', 'foo is not an option'])
  })

  const [, since = ''] = changelog.split('\n## 0.2.0\n')
  const [section = ''] = since.split('\n## ')
  const renamed = [...section.matchAll(/^ +\| `(\w+)` \| `([\w.]+)` \|$/gm)].map(([, old = '', now = '']) => ({
    old,
    now,
  }))

  it('that were renamed since 0.1.0 are all in the changelog', () => {
    expect(renamed).toHaveLength(22)
  })

  it.each(renamed)('that were called $old in 0.1.0 are called $now', ({ old, now }) => {
    expect(faultsOf({ [old]: 1 })).toEqual([`${old} is now called ${now}`])
  })

  it('do not appear in the error when they are secret, and neither does a URL', () => {
    const faults = faultsOf({
      ...{
        token: ['a-token-of-x'],
        secret: [options.secret, 'a short secret'],
        secrets: options.secret,
        tokens: options.token,
      },
      x: { baseUrl: 'https://user:password@api.x.com' },
    })
    expect(faults).toHaveLength(5)
    expect(faults.join()).not.toMatch(/a-token|a short|a secret|password/)
  })

  it('accept a secret of 32 bytes, and refuse one of 31, alone or in a list', () => {
    const fault = 'secret must be a string of at least 32 bytes, a list of such strings, or a function that gets either'
    const [good, short] = ['s'.repeat(32), 's'.repeat(31)]
    for (const secret of [good, [good], [good, good]]) expect(faultsOf({ secret })).toEqual([])
    expect(faultsOf({ secret: short })).toEqual(['secret has 31 bytes, needs 32'])
    for (const secret of ['', [], [short], [good, short], [good, undefined], [good, [good]], { 0: good }]) {
      expect(faultsOf({ secret })).toEqual([fault])
    }
  })

  it('accept only a store that can compare and swap', () => {
    const { get, compareAndSwap } = memoryStore()
    expect(faultsOf({ store: { get, compareAndSwap } })).toEqual([])
    for (const store of [null, { get }, { compareAndSwap }, { get, swap: compareAndSwap }, 'redis:']) {
      expect(faultsOf({ store })).toEqual(['store must be an object with the methods get and compareAndSwap'])
    }
  })

  it.each(['https://gateway.example/x/', 'https://gateway.example/x', 'http://127.0.0.1:8788'])(
    'keep the path of the base URL %s, without its last slash',
    (baseUrl) => {
      expect(parseXMediaOptions({ ...options, x: { baseUrl } }).x.baseUrl).toBe(baseUrl.replace(/\/$/, ''))
    },
  )

  it.each([
    ...['api.x.com', 'ftp://api.x.com', 'https://user@api.x.com', 'https://:password@api.x.com'],
    ...['https://api.x.com/?a=b', 'https://api.x.com/?', 'https://api.x.com/#a'],
  ])('refuse the base URL %s', (baseUrl) => {
    const fault = 'x.baseUrl must be an http(s) URL without credentials, query or fragment'
    expect(faultsOf({ x: { baseUrl } })).toEqual([fault])
  })
})
