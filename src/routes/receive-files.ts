import type { Context } from 'hono'
import { XMediaError } from '../errors.ts'
import { type OpenUpload, readUploads } from '../ingress/read-upload.ts'
import type { UploadParameters } from '../ingress/upload-parameters.ts'
import type { UploadPolicy } from '../ingress/upload-policy.ts'
import type { UploadSource } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import type { Principal } from '../options.ts'
import { setAltText } from '../relay/alt-text.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { type Relayed, type RelayOptions, relay } from '../relay/relay.ts'
import { isClientGone } from '../relay/report-failure.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../relay/segment-plan.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { CATEGORY_MAX_BYTES } from '../x/limits.ts'
import { withBody } from './request-body.ts'

/** What became of a file: X has it, or this is why not. */
export type Outcome = Relayed | XMediaError

interface FilesRequest {
  principal: Principal
  /** The parameters in the query. */
  parameters: UploadParameters
  policy: UploadPolicy
  context: CallContext
}

/** A file that X has, while the form may still bring its alternative text. */
interface RelayedFile extends Relayed {
  lateText?: UploadSource['altText']
}

/**
 * Relays the files of a request, one after the other, each with memory of its own. Resolves to what became of each, in their
 * order. Rejects when X got none: with the failure, or with the first of several and all of them as `data`.
 */
export async function receiveFiles(
  c: Context,
  { principal, parameters, policy, context }: FilesRequest,
  instance: Instance,
): Promise<Outcome[]> {
  const { endings, filesPerForm, relay: options, sizeLimits } = instance
  const { subject, limits } = principal
  const imageBytes = sizeLimits.limitFor(['tweet_image', 'dm_image'], limits?.uploadBytes)
  const form = {
    ...{ headers: c.req.raw.headers, parameters, subject, endings, maxFiles: filesPerForm },
    ...{ holdBytes: Math.min(imageBytes, CATEGORY_MAX_BYTES.tweet_image), segmentBytes: options.segmentSize.preferred },
  }
  return await withBody(c, principal, instance, async (body, firstReservation) => {
    let next: MemoryReservation | undefined = firstReservation
    function admitNext(open: OpenUpload): { source: UploadSource; reservation: MemoryReservation } {
      try {
        const source = open()
        const reservation = next ?? options.memory.reserve(options.memory.cost(MIN_UPLOAD_BUFFER_BYTES), subject)
        next = undefined
        return { source, reservation }
      } catch (error) {
        // Others of the form may succeed, and then the request itself is not refused.
        context.emit({ type: 'refused', error })
        throw error
      }
    }
    async function relayNext(open: OpenUpload): Promise<RelayedFile> {
      const { source, reservation } = admitNext(open)
      return await relayFile(source, reservation, context, options).finally(reservation.close)
    }
    const uploads = readUploads({ ...form, body }, policy)
    const files = await relayAll(uploads, relayNext, context)
    const [failure, ...others] = files.filter(isFailure)
    if (failure && others.length + 1 === files.length) throw allFailed(failure, others)
    // The form may go on after the last file that we have read.
    if (failure) body.cancel(failure)
    return await Promise.all(files.map((file) => withLateText(file, context, options)))
  })
}

/** Relays the only file of a request. Rejects when X did not get it. */
export async function receiveFile(c: Context, request: FilesRequest, instance: Instance): Promise<Relayed> {
  const [outcome] = await receiveFiles(c, request, { ...instance, filesPerForm: 1 })
  if (outcome === undefined || isFailure(outcome)) throw outcome
  return outcome
}

async function relayFile(
  source: UploadSource,
  reservation: MemoryReservation,
  context: CallContext,
  options: RelayOptions,
): Promise<RelayedFile> {
  const relayed = await relay(source, reservation, context, options)
  return source.altText?.() === undefined ? { ...relayed, lateText: source.altText } : relayed
}

async function relayAll(
  uploads: AsyncIterable<OpenUpload>,
  relayNext: (open: OpenUpload) => Promise<RelayedFile>,
  { emit }: Pick<CallContext, 'emit'>,
): Promise<(RelayedFile | XMediaError)[]> {
  const files: (RelayedFile | XMediaError)[] = []
  /** Nobody learns of these media: says so. */
  function reportUnclaimed(): void {
    for (const file of files) if (!isFailure(file)) emit({ type: 'unclaimed', mediaId: file.answer.data.id })
  }
  try {
    for await (const open of uploads) files.push(await relayNext(open).catch(toFailure))
  } catch (error) {
    reportUnclaimed()
    throw error
  }
  if (files.some(isClientGone)) reportUnclaimed()
  return files
}

/** Errors of the app's own functions end the request: they are not ours to show. */
function toFailure(error: unknown): XMediaError {
  if (error instanceof XMediaError) return error
  throw error
}

export function isFailure(outcome: object): outcome is XMediaError {
  return outcome instanceof XMediaError
}

/** The first failure, and all of them as a member of its problem if there are several. */
function allFailed(first: XMediaError, others: readonly XMediaError[]): XMediaError {
  if (others.length === 0) return first
  const { code, message, retryAfterSecs } = first
  return new XMediaError(code, message, {
    cause: first,
    ...(retryAfterSecs === undefined ? {} : { retryAfterSecs }),
    members: { ...first.members, data: [first, ...others].map(({ problem }) => problem) },
  })
}

async function withLateText(
  file: RelayedFile | XMediaError,
  context: CallContext,
  { client }: RelayOptions,
): Promise<Outcome> {
  if (isFailure(file) || !file.lateText) return file
  return { ...file, answer: await setAltText(file.answer, file.lateText, context, client) }
}
