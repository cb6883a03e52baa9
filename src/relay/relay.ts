import { XMediaError } from '../errors.ts'
import type { UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import { createEnding, deadlineExceeded, type Ending } from '../x/ending.ts'
import type { XMediaAnswer } from '../x/media.ts'
import type { XProblem } from '../x/schemas.ts'
import { type AppendOptions, appendAll, type Progress } from './append.ts'
import { fitsOneShot, sendOneShot } from './one-shot.ts'
import { planSegmentBytes } from './plan.ts'

export interface RelayOptions extends AppendOptions {
  /** Images up to this many bytes go in one call. */
  oneShotBytes: number
}

/**
 * Sends one upload to X: INIT → APPEND × n → FINALIZE, or a small image in one call.
 *
 * FINALIZE runs only after the body ended cleanly, its bytes add up to `totalBytes` and every APPEND was acknowledged.
 * Whatever ends the upload early also ends its reads, its pauses and its calls in flight.
 */
export async function relay(source: UploadSource, context: CallContext, options: RelayOptions): Promise<XMediaAnswer> {
  const started = options.clock.now()
  const { signal: parent, deadline = Number.POSITIVE_INFINITY } = context
  const ending = createEnding(options.clock, { parent, afterMs: deadline - started, because: deadlineExceeded })
  const call: CallContext = { ...context, signal: ending.signal }
  const progress: Progress = { sentBytes: 0, segments: 0 }
  const elapsed = () => options.clock.now() - started
  try {
    const answer = fitsOneShot(source, options.oneShotBytes)
      ? await sendOneShot(source, call, options.client)
      : await sendSegments(source, progress, call, ending, options)
    const mediaId = answer.data.id
    const { totalBytes: bytes } = source
    call.emit({ type: 'finalized', mediaId, bytes, segments: progress.segments, durationMs: elapsed() })
    return withErrors({ ...answer, data: { ...answer.data, size: answer.data.size ?? bytes } }, [
      await describe(mediaId, source.altText, call, options),
    ])
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error
    ending.end(failure)
    source.body.cancel(failure).catch(() => {})
    report(failure, progress, elapsed(), call)
    throw failure
  } finally {
    ending.release()
  }
}

async function sendSegments(
  source: UploadSource,
  progress: Progress,
  call: CallContext,
  ending: Ending,
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { mediaType, category, totalBytes } = source
  // A file that X's indices cannot hold is refused before INIT.
  planSegmentBytes(totalBytes, options.segmentSize.preferred)
  const { data } = await options.client.initialize(source, call)
  progress.mediaId = data.id
  call.emit({ type: 'initialized', mediaId: data.id, mediaType, category, totalBytes })
  await appendAll(source, data.id, progress, call, ending, options)
  const answer = await options.client.finalize(data.id, category, call)
  // FINALIZE may answer with an empty body: what INIT said still holds.
  return { ...answer, data: { ...data, ...answer.data } }
}

/** Sets the alternative text. The media is there by now: a failure is told beside it, in the shape X reports errors. */
async function describe(
  mediaId: string,
  altText: string | undefined,
  call: CallContext,
  { client }: RelayOptions,
): Promise<XProblem | undefined> {
  if (altText === undefined) return undefined
  try {
    await client.setMetadata({ id: mediaId, metadata: { alt_text: { text: altText } } }, call)
    return undefined
  } catch (error) {
    if (!(error instanceof XMediaError) || GONE.includes(error.code)) throw error
    const { code, status, message } = error
    return { type: `urn:hono-x-media:${code}`, title: 'The alternative text was not set', status, detail: message }
  }
}

function withErrors(answer: XMediaAnswer, more: (XProblem | undefined)[]): XMediaAnswer {
  const errors = [...(answer.errors ?? []), ...more.filter((error) => error !== undefined)]
  return errors.length > 0 ? { ...answer, errors } : answer
}

const GONE: readonly string[] = ['client_closed', 'body_incomplete']

function report(failure: unknown, progress: Progress, durationMs: number, { emit }: CallContext): void {
  const where = { ...(progress.mediaId === undefined ? {} : { mediaId: progress.mediaId }), bytes: progress.sentBytes }
  if (failure instanceof XMediaError && !GONE.includes(failure.code)) {
    emit({ type: 'failed', code: failure.code, ...where, durationMs })
  } else {
    emit({ type: 'aborted', ...where, durationMs })
  }
}
