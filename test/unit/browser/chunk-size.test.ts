import { describe, expect, it } from 'vitest'
import { createChunkSize } from '../../../src/browser/chunk-size.ts'
import { XMediaUploadError } from '../../../src/browser/upload-error.ts'

const MIB = 1024 * 1024
const proxyLimit = new XMediaUploadError('too_large', { status: 413 })

describe('the size of chunks', () => {
  it('doubles while chunks take less than 2 s, up to 16 MiB', () => {
    const size = createChunkSize()
    const seen = [1, 2, 3, 4, 5, 6].map(() => {
      size.measure(size.bytes(), 100)
      return size.bytes() / MIB
    })
    expect(seen).toEqual([2, 4, 8, 16, 16, 16])
  })

  it('halves when a chunk takes more than 8 s, down to 1 MiB', () => {
    const size = createChunkSize()
    size.measure(MIB, 100)
    size.measure(2 * MIB, 9000)
    expect(size.bytes()).toBe(MIB)
    size.measure(MIB, 60_000)
    expect(size.bytes()).toBe(MIB)
    size.measure(MIB, 5000)
    expect(size.bytes()).toBe(MIB)
  })

  it('halves when a proxy refuses a chunk, and stays below that limit', () => {
    const size = createChunkSize()
    expect(size.adaptTo(proxyLimit)).toBe(true)
    size.measure(size.bytes(), 100)
    expect(size.bytes()).toBe(MIB / 2)
    let refusals = 1
    while (size.adaptTo(proxyLimit)) refusals++
    expect([size.bytes(), refusals]).toEqual([64 * 1024, 4])
  })

  it('doubles when the server has no use for so few bytes, though not above the limit of a proxy', () => {
    const size = createChunkSize()
    const tooSmall = new XMediaUploadError('piece_too_small', { status: 400 })
    expect(size.adaptTo(tooSmall)).toBe(true)
    expect(size.bytes()).toBe(2 * MIB)
    size.adaptTo(proxyLimit)
    expect(size.adaptTo(tooSmall)).toBe(false)
  })

  it('stays within the limit that the server states, however fast the connection', () => {
    const size = createChunkSize()
    size.keepTo('max-size=5000000000, max-age=3600, max-append-size=700000')
    expect(size.bytes()).toBe(700_000)
    size.measure(700_000, 100)
    expect(size.bytes()).toBe(700_000)
    expect(size.adaptTo(new XMediaUploadError('piece_too_small', { status: 400 }))).toBe(false)
  })

  it.each([null, '', 'max-size=5', 'max-append-size=0', 'max-append-size=?1', 'xmax-append-size=5'])(
    'takes %j for no limit',
    (uploadLimit) => {
      const size = createChunkSize()
      size.keepTo(uploadLimit)
      expect(size.bytes()).toBe(MIB)
    },
  )

  it('halves when the server refuses a request for its size', () => {
    const size = createChunkSize()
    expect(size.adaptTo(new XMediaUploadError('request_too_large', { status: 413, detail: 'Too large.' }))).toBe(true)
    expect(size.bytes()).toBe(MIB / 2)
  })

  it('does not adapt to a file that is too large, or to other errors', () => {
    const size = createChunkSize()
    expect(size.adaptTo(new XMediaUploadError('too_large', { status: 413, detail: 'The limit is 5 bytes.' }))).toBe(
      false,
    )
    expect(size.adaptTo(new XMediaUploadError('connection_lost'))).toBe(false)
    expect(size.adaptTo(new TypeError('?'))).toBe(false)
  })

  it('gives a chunk a minute, and ten times what it should take', () => {
    const size = createChunkSize()
    expect(size.timeoutMs()).toBe(60_000 + MIB / 16)
    size.measure(MIB, 1000)
    expect(size.timeoutMs()).toBe(60_000 + 20_000)
  })
})
