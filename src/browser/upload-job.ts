import type { Answer, Connection } from './connection.ts'
import type { Memory } from './memory.ts'
import type { UploadedFile } from './storage.ts'
import type { Tracker } from './tracker.ts'
import { XMediaUploadError } from './upload-error.ts'

/** What the steps of one upload share. */
export interface UploadJob {
  /** The URL of the mount, without a slash at its end. */
  endpoint: string
  /** The parameters, as in the query of a request. */
  parameters: Readonly<Record<string, string>>
  connection: Connection
  memory: Memory
  tracker: Tracker
  /** The file. Rejects with `file_missing` if the page must ask for it. */
  file: () => Promise<Blob>
}

/** The parameters as a query, with its question mark. */
export function parametersQuery({ parameters }: Pick<UploadJob, 'parameters'>): string {
  // React Native has no complete URLSearchParams.
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return query.length > 0 ? `?${query.join('&')}` : ''
}

/** What the server says when X has the file. @param location The path of the status. */
export function uploadedFile({ endpoint }: UploadJob, { media }: Answer, location: string | null): UploadedFile {
  const at = location?.lastIndexOf('/status/') ?? -1
  if (!media || !location || at < 0) {
    throw new XMediaUploadError('unexpected_response', { detail: 'The response has no media, or not its status.' })
  }
  // A proxy may change the path that the server knows.
  return { statusUrl: `${endpoint}${location.slice(at)}`, answer: media }
}
