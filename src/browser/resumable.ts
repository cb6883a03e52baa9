/** A client of tus 1.0, as far as the server's `/files` needs it. https://tus.io/protocols/resumable-upload */

import type { ChunkSize } from './chunk-size.ts'
import type { Answer, Connection, OutgoingRequest } from './connection.ts'
import type { Memory } from './memory.ts'
import type { UploadedFile } from './storage.ts'
import { XMediaUploadError } from './upload-error.ts'
import { parametersQuery, type UploadJob, uploadedFile } from './upload-job.ts'

const TUS = { 'tus-resumable': '1.0.0' }

/** Statuses of a server, or an app of your own, that has no such route. */
const NO_ROUTE: readonly unknown[] = [404, 405]

/** Asks whether the server has resumable uploads. Throws `too_large` if it takes no file of this size. */
export async function hasResumableUploads(job: UploadJob, bytes: number, signal: AbortSignal): Promise<boolean> {
  const request = { method: 'OPTIONS', url: `${job.endpoint}/files` }
  const answer = await job.connection.send(request, signal).catch((error: unknown) => {
    if (!(error instanceof XMediaUploadError && NO_ROUTE.includes(error.status))) throw error
  })
  const limit = Number(answer?.headers.get('tus-max-size') ?? Infinity)
  if (bytes > limit) {
    const [size, most] = [bytes, limit].map((count) => count.toLocaleString('en'))
    throw new XMediaUploadError('too_large', { detail: `It has ${size} bytes; the limit is ${most} bytes.` })
  }
  return answer?.headers.get('tus-version')?.split(',').includes('1.0.0') ?? false
}

/** Sends a file in chunks, from where an earlier attempt stopped. Resolves when X has it. */
export async function sendResumable(job: UploadJob, size: ChunkSize, signal: AbortSignal): Promise<UploadedFile> {
  const { connection, memory, tracker } = job
  const file = await job.file()
  let answer = (await findUpload(job, signal)) ?? (await createUpload(job, file.size, signal))
  if (!answer.media) tracker.found(offsetOf(answer))
  size.keepTo(answer.headers.get('upload-limit'))

  while (!answer.media) {
    const offset = offsetOf(answer)
    const body = file.slice(offset, offset + size.bytes())
    const sentAt = Date.now()
    const next = await connection.send(chunkRequest(job, offset, body, size.timeoutMs()), signal).catch((error) => {
      if (!size.adaptTo(error)) throw error
    })
    if (next === undefined) continue
    size.measure(body.size, Date.now() - sentAt)
    if (!next.media) {
      tracker.acknowledged(offsetOf(next))
      await memory.update(expiryOf(next))
    }
    answer = next
  }
  return uploadedFile(job, answer, answer.headers.get('x-media-status'))
}

/** What is needed to delete an upload. */
export interface UnfinishedUpload {
  connection: Connection
  memory: Pick<Memory, 'upload'>
}

/** Deletes an unfinished upload, without waiting for the answer: the server forgets it in a day anyway. */
export function deleteUpload({ connection, memory }: UnfinishedUpload): void {
  const { uploadUrl, uploaded } = memory.upload
  if (uploadUrl === undefined || uploaded) return
  const request = { method: 'DELETE', url: uploadUrl, headers: TUS }
  connection.send(request, new AbortController().signal).catch(() => {})
}

/** The state of the upload that an earlier attempt began; undefined if there is none. */
async function findUpload({ connection, memory }: UploadJob, signal: AbortSignal): Promise<Answer | undefined> {
  const { uploadUrl } = memory.upload
  if (uploadUrl === undefined) return undefined
  // GET rather than HEAD: an error then has a body.
  const request = { method: 'GET', url: uploadUrl, headers: TUS }
  return await connection.send(request, signal).catch(async (error: unknown) => {
    if (!(error instanceof XMediaUploadError && error.code === 'not_found')) throw error
    await memory.update({ uploadUrl: undefined })
    return undefined
  })
}

async function createUpload(job: UploadJob, bytes: number, signal: AbortSignal): Promise<Answer> {
  const { connection, endpoint, memory } = job
  const answer = await connection.send(
    {
      method: 'POST',
      // Not in `Upload-Metadata`, which is too short for some alternative texts.
      url: `${endpoint}/files${parametersQuery(job)}`,
      headers: { ...TUS, 'upload-length': String(bytes) },
    },
    signal,
  )
  const id = answer.headers.get('location')?.split('/').at(-1)
  if (!id) throw new XMediaUploadError('unexpected_response', { detail: 'The new upload has no Location.' })
  // A proxy may change the path that the server knows, so only the id counts.
  await memory.update({ uploadUrl: `${endpoint}/files/${id}`, ...expiryOf(answer) })
  return answer
}

function chunkRequest({ memory }: UploadJob, offset: number, body: Blob, timeoutMs: number): OutgoingRequest {
  return {
    method: 'PATCH',
    url: memory.upload.uploadUrl ?? '',
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      // The last response then has the media.
      prefer: 'return=representation',
    },
    body,
    timeoutMs,
  }
}

function offsetOf({ headers }: Answer): number {
  const offset = headers.get('upload-offset')
  if (offset !== null) return Number(offset)
  throw new XMediaUploadError('unexpected_response', { detail: 'The response has no Upload-Offset.' })
}

function expiryOf({ headers }: Answer): { expiresAt?: number } {
  const expiresAt = Date.parse(headers.get('upload-expires') ?? '')
  return Number.isNaN(expiresAt) ? {} : { expiresAt }
}
