import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UploadProgress } from '../../../src/browser/index.ts'
import { createTracker } from '../../../src/browser/tracker.ts'
import { XMediaUploadError } from '../../../src/browser/upload-error.ts'

describe('the progress of an upload', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_790_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const pass = (secs: number) => vi.setSystemTime(Date.now() + secs * 1000)

  it('tells the remaining time by the pace so far', () => {
    const tracker = createTracker(1000)
    tracker.found(0)
    expect(tracker.progress.remainingSecs).toBeUndefined()
    pass(2)
    tracker.acknowledged(100)
    expect(tracker.progress.remainingSecs).toBe(18)
  })

  it('does not count bytes of an earlier attempt, nor the time between attempts', () => {
    const tracker = createTracker(1000)
    tracker.found(800)
    pass(1)
    tracker.acknowledged(900)
    expect(tracker.progress.remainingSecs).toBe(1)
    pass(3600)
    tracker.found(900)
    pass(1)
    tracker.acknowledged(950)
    expect(tracker.progress.remainingSecs).toBe(1)
  })

  it('then tells how far X has processed the media, with a remaining time of its own', () => {
    const seen: UploadProgress[] = []
    const tracker = createTracker(1000, (progress) => seen.push(progress))
    tracker.processed(undefined)
    tracker.processed(20)
    pass(10)
    tracker.processed(60)
    tracker.processed(60)
    expect(
      seen.map(({ state, processingPercent, remainingSecs }) => [state, processingPercent, remainingSecs]),
    ).toEqual([
      ['processing', undefined, undefined],
      ['processing', 20, undefined],
      ['processing', 60, 10],
    ])
  })

  it('forgets an interruption when something has come through', () => {
    const interruption = new XMediaUploadError('connection_lost')
    const tracker = createTracker(1000)
    for (const work of [() => tracker.found(0), () => tracker.acknowledged(1), () => tracker.processed(undefined)]) {
      tracker.report({ interruption })
      work()
      expect(tracker.progress.interruption).toBeUndefined()
    }
  })

  it('counts only new bytes and new percents as progress', () => {
    const tracker = createTracker(1000)
    const start = tracker.progressedAt
    pass(1)
    tracker.found(0)
    expect(tracker.progressedAt).toBe(start)
    tracker.acknowledged(10)
    expect(tracker.progressedAt).toBe(start + 1000)
    pass(1)
    tracker.acknowledged(10)
    expect(tracker.progressedAt).toBe(start + 1000)
    tracker.found(20)
    expect(tracker.progressedAt).toBe(start + 2000)
  })
})
