import type { UploadedFile } from './storage.ts'
import { parametersQuery, type UploadJob, uploadedFile } from './upload-job.ts'

/** The slowest connection for a file in one request, bytes per millisecond. */
const SLOWEST_PACE = 16
const PATIENCE_MS = 60_000

/** Sends a file in one request. Resolves when X has it. */
export async function sendPlain(job: UploadJob, signal: AbortSignal): Promise<UploadedFile> {
  const { connection, endpoint } = job
  const body = await job.file()
  const request = {
    method: 'POST',
    url: `${endpoint || '/'}${parametersQuery(job)}`,
    // The parameters have the type.
    headers: { 'content-type': 'application/octet-stream' },
    body,
    timeoutMs: PATIENCE_MS + body.size / SLOWEST_PACE,
  }
  const answer = await connection.send(request, signal)
  return uploadedFile(job, answer, answer.headers.get('location'))
}
