import type { MediaFacts } from '../../../src/media/index.ts'

const KB = 1000
const MB = 1000 * KB
const GB = 1000 * MB

/** A size as people say it, such as `2.1 MB`. */
export function showSize(bytes: number): string {
  if (bytes < KB) return `${bytes} bytes`
  if (bytes < MB) return `${Math.round(bytes / KB)} KB`
  return bytes < GB ? `${(bytes / MB).toFixed(1)} MB` : `${(bytes / GB).toFixed(1)} GB`
}

/** A duration as players show it, such as `1:05`. */
export function showDuration(secs: number): string {
  const whole = Math.max(1, Math.round(secs))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** How long the rest takes, such as `, 5 s left`. Empty if that is unknown. */
export function showRemaining(secs: number | undefined): string {
  if (secs === undefined || secs < 1) return ''
  return secs < 90 ? `, ${Math.ceil(secs)} s left` : `, ${Math.ceil(secs / 60)} min left`
}

/** The facts of a file in one line, such as `0:05 · 640 × 480 · 2.1 MB`. */
export function showFacts({ width, height, durationSecs: secs }: Partial<MediaFacts>, bytes: number): string {
  const isKnown = secs !== undefined && Number.isFinite(secs)
  return [
    ...(isKnown ? [showDuration(secs)] : []),
    ...(width && height ? [`${width} × ${height}`] : []),
    showSize(bytes),
  ].join(' · ')
}
