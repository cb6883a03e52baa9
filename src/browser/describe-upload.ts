import type { MediaParameters, UploadMediaOptions } from './options.ts'
import type { StoredUpload } from './storage.ts'

/** X forgets an upload a day after it began. The server does not know of one that has not begun. */
const EXPIRY_MS = 86_400_000

/** A `File`, or a blob without a name. */
export type NamedBlob = Blob & { name?: string; lastModified?: number }

/** What to remember about an upload that begins. */
export function describeUpload(file: NamedBlob, options: UploadMediaOptions): StoredUpload {
  const endpoint = options.endpoint.replace(/\/+$/, '')
  const parameters = readParameters(options, file.type)
  const { name, size } = file
  return {
    key: JSON.stringify([endpoint, ...fingerprint(file), parameters]),
    expiresAt: Date.now() + EXPIRY_MS,
    hasFile: false,
    ...{ name, size, endpoint, parameters },
  }
}

/** Whether this file is the one whose upload was interrupted, as far as one can tell without reading it. */
export function isSameFile(file: NamedBlob, upload: StoredUpload): boolean {
  if (upload.name === undefined) return file.size === upload.size
  const [, ...stored]: unknown[] = JSON.parse(upload.key)
  return fingerprint(file).every((value, at) => value === stored[at])
}

/** What tells a file from others. A blob without a name is like no other: it may have other bytes of the same number. */
function fingerprint({ name, size, lastModified }: NamedBlob): [string, number, number] {
  return [name ?? '', size, name === undefined ? Date.now() + Math.random() : (lastModified ?? 0)]
}

/** The parameters by the names that the server has for them. */
function readParameters(
  { altText, category, mediaType, shared, additionalOwners }: MediaParameters,
  fileType: string,
): Record<string, string> {
  const parameters = {
    media_type: mediaType ?? fileType,
    media_category: category,
    alt_text: altText,
    shared: shared === undefined ? undefined : String(shared),
    additional_owners: additionalOwners?.join(','),
  }
  // The server counts an empty one as not sent.
  return Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}
