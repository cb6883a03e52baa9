import type { UploadProgress } from './options.ts'
import { createPace } from './pace.ts'

/** The progress of one upload. */
export interface Tracker {
  readonly progress: UploadProgress
  /** When X acknowledged or processed something last, milliseconds since the epoch. */
  readonly progressedAt: number
  /** The bytes that X has when a request begins, as the server says. */
  found(bytes: number): void
  /** The bytes that X has after a request. */
  acknowledged(bytes: number): void
  /** How far X has processed the media, if it says so. */
  processed(percent: number | undefined): void
  /** Changes the rest. */
  report(changes: Partial<UploadProgress>): void
  /** Begins the wait for progress anew: the time before does not count. */
  restart(): void
}

export function createTracker(totalBytes: number, onProgress?: (progress: UploadProgress) => void): Tracker {
  const bytesPace = createPace()
  const percentPace = createPace()
  let progressedAt = Date.now()
  let progress: UploadProgress = {
    state: 'uploading',
    acknowledgedBytes: 0,
    totalBytes,
    processingPercent: undefined,
    remainingSecs: undefined,
    interruption: undefined,
  }

  function report(changes: Partial<UploadProgress>): void {
    progress = { ...progress, ...changes }
    onProgress?.(progress)
  }

  return {
    get progress() {
      return progress
    },
    get progressedAt() {
      return progressedAt
    },
    found(bytes) {
      if (bytes > progress.acknowledgedBytes) progressedAt = Date.now()
      bytesPace.startFrom(bytes)
      report({ acknowledgedBytes: bytes, interruption: undefined })
    },
    acknowledged(bytes) {
      if (bytes === progress.acknowledgedBytes) return
      progressedAt = Date.now()
      const remainingSecs = bytesPace.advance(bytes, totalBytes)
      report({ acknowledgedBytes: bytes, remainingSecs, interruption: undefined })
    },
    processed(percent = progress.processingPercent) {
      const { state, processingPercent, interruption } = progress
      if (state === 'processing' && percent === processingPercent && !interruption) return
      progressedAt = Date.now()
      const remainingSecs = percent === undefined ? undefined : percentPace.advance(percent, 100)
      report({ state: 'processing', processingPercent: percent, remainingSecs, interruption: undefined })
    },
    report,
    restart() {
      progressedAt = Date.now()
    },
  }
}
