/** What a check has found. */
export interface Finding {
  /** Only a `fault` must be mended. `skipped`: the check could not run. */
  level: 'ok' | 'warning' | 'fault' | 'skipped'
  /** What was checked, in a word or two. */
  about: string
  /** One line. For a warning or a fault, it says what to do. */
  text: string
}

const SIGNS: Readonly<Record<Finding['level'], string>> = { ok: '✓', warning: '!', fault: '✗', skipped: '–' }

/** A finding as a line. */
export function formatFinding({ level, about, text }: Finding): string {
  return `${SIGNS[level]} ${about.padEnd(12)} ${text}`
}
