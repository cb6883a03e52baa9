import { type AttemptOptions, createAttempts } from './attempts.ts'
import { inTime } from './in-time.ts'
import type { FileDescription, StoredFile } from './stored-file.ts'

/** Asks a source what its file is, again if that fails, as `x.retry` says. */
export async function describeSource(
  source: Pick<StoredFile, 'describe'>,
  options: AttemptOptions,
  signal: AbortSignal,
): Promise<FileDescription> {
  const { clock, retry } = options
  const attempts = createAttempts(options)
  for (;;) {
    try {
      return await inTime((limited) => source.describe(limited), { clock, timeoutMs: retry.timeoutMs, signal })
    } catch (error) {
      await attempts.pauseAfter(error, signal)
    }
  }
}
