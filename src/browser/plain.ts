import { timeoutFor } from './chunk-size.ts'
import type { UploadedFile } from './storage.ts'
import { parametersQuery, type UploadJob, uploadedFile } from './upload-job.ts'

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
    timeoutMs: timeoutFor(body.size),
  }
  const answer = await connection.send(request, signal)
  return uploadedFile(job, answer, answer.headers.get('location'))
}
