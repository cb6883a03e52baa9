import type { XMedia } from '../x/schemas.ts'
import { createAdditions } from './additions.ts'
import { type Connection, createConnection } from './connection.ts'
import { controlledPromise } from './controlled-promise.ts'
import { indexedDbStorage } from './indexed-db.ts'
import { type Memory, remember } from './memory.ts'
import type { FinishedMedia, MediaUpload, UploadMediaOptions } from './options.ts'
import { createFollower } from './processing.ts'
import { deleteUpload } from './resumable.ts'
import { createRunner, type Runner } from './runner.ts'
import { createSender } from './sender.ts'
import type { UploadErrorCode } from './sentences.ts'
import type { ServerAnswer, UploadWarning } from './server-answer.ts'
import type { StoredUpload, UploadedFile } from './storage.ts'
import { createTracker, type Tracker } from './tracker.ts'
import { isPassing, XMediaUploadError } from './upload-error.ts'

/** The largest file that is kept in the storage, bytes. */
const KEEP_FILE_BYTES = 67_108_864

/** Starts an upload, or continues the one that is remembered under its key. */
export function startUpload(
  upload: StoredUpload,
  file: Blob | undefined,
  { storage = indexedDbStorage(), ...options }: UploadMediaOptions,
): MediaUpload {
  const tracker = createTracker(upload.size, options.onProgress)
  const runner = createRunner(tracker, options.giveUpAfterMs)
  const connection = createConnection(options)
  const { signal } = options
  let onUploaded = (_statusUrl: string) => {}
  const uploaded = new Promise<string>((resolve) => {
    onUploaded = resolve
  })
  const remembered = remember(upload, storage)
  const promise = remembered
    .then((memory) => perform(memory, file, options, { tracker, runner, connection, onUploaded }))
    .finally(() => signal?.removeEventListener('abort', onAbort))
  // The media can get additions while X processes it.
  const statusUrl = Promise.race([uploaded, promise.then(() => uploaded)])
  statusUrl.catch(() => {})
  const abort = (reason?: unknown) => {
    runner.abort(reason)
    // Whoever aborts an upload need not wait for it.
    promise.catch(() => {})
  }
  const onAbort = () => abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)

  return controlledPromise(promise, {
    get state() {
      return tracker.progress.state
    },
    get progress() {
      return tracker.progress
    },
    pause: () => runner.pause(),
    resume: () => runner.resume(),
    abort: () => abort(),
    async forget() {
      await promise.catch(() => {})
      const memory = await remembered
      await memory.forget()
      memory.release()
    },
    ...createAdditions({ connection, statusUrl, giveUpAfterMs: options.giveUpAfterMs }),
  })
}

interface Parts {
  tracker: Tracker
  runner: Runner
  connection: Connection
  onUploaded(statusUrl: string): void
}

async function perform(
  memory: Memory,
  given: Blob | undefined,
  options: UploadMediaOptions,
  { tracker, runner, connection, onUploaded }: Parts,
): Promise<FinishedMedia> {
  const { endpoint, parameters, size } = memory.upload
  const file = async () => {
    const found = given ?? (await memory.file())
    if (found) return found
    throw new XMediaUploadError('file_missing')
  }
  const job = { endpoint, parameters, connection, memory, tracker, file }
  const sendFile = createSender(job, options.plainBytes)
  const { follow } = createFollower(job)
  if (given && size <= (options.keepFileBytes ?? KEEP_FILE_BYTES)) memory.keep(given)

  async function send(signal: AbortSignal): Promise<UploadedFile> {
    const uploaded = await sendFile(signal)
    const { expires_after_secs: secs } = uploaded.answer.data
    await memory.update({ uploaded, ...(secs === undefined ? {} : { expiresAt: Date.now() + secs * 1000 }) })
    for (const warning of warningsIn(uploaded.answer)) options.onWarning?.(warning)
    return uploaded
  }

  try {
    const media = await runner.run(async (signal) => {
      const { statusUrl, answer } = memory.upload.uploaded ?? (await send(signal))
      onUploaded(statusUrl)
      tracker.acknowledged(size)
      // Paused or aborted just when the last answer came.
      if (signal.aborted) throw new XMediaUploadError('aborted')
      const data = await follow(statusUrl, answer, signal)
      return finishedMedia(answer, data)
    })
    if (!options.keepFinished) {
      await memory.forget()
      memory.release()
    }
    tracker.report({ state: 'done', remainingSecs: 0, interruption: undefined })
    return media
  } catch (error) {
    if (error instanceof XMediaUploadError && error.code === 'aborted') deleteUpload(job)
    if (!mayContinue(error)) await memory.forget()
    memory.release()
    tracker.report({ state: 'failed', remainingSecs: undefined, interruption: undefined })
    throw error
  }
}

/** Failures after which the user can do something so that the upload continues where it stopped. */
const REMEMBERED: readonly UploadErrorCode[] = [
  ...(['unauthorized', 'file_missing', 'file_mismatch'] as const),
  // WebKit fails requests and reads of files when a page reloads, and the page hears of it.
  'file_unreadable',
]

/** Whether to remember an upload that has failed. */
function mayContinue(error: unknown): boolean {
  return isPassing(error) || (error instanceof XMediaUploadError && REMEMBERED.includes(error.code))
}

function warningsIn({ errors = [], warnings = [] }: ServerAnswer): UploadWarning[] {
  return [...errors, ...warnings]
}

function finishedMedia({ facts }: ServerAnswer, data: XMedia): FinishedMedia {
  const { id, media_key: mediaKey, expires_after_secs: secs } = data
  return { id, mediaKey, expiresAt: secs === undefined ? undefined : Date.now() + secs * 1000, facts, data }
}
