import { decodeBase64Url } from 'hono/utils/encode'
import { XMediaError } from '../errors.ts'
import { isParameter } from '../ingress/upload-parameters.ts'
import { quote } from '../lib/quote.ts'

/** The longest `Upload-Metadata`, in bytes: it is kept as long as the upload. */
const MAX_METADATA_BYTES = 2048

/** What `Upload-Metadata` says about the file. */
export interface FileMetadata {
  /** The upload parameters among it, not yet checked. */
  parameters: Record<string, string>
  mediaType: string | undefined
}

/**
 * Reads the media type and the upload parameters in `Upload-Metadata`. An empty value counts as not sent. Of other keys
 * only the names are read, since clients write into their values what they like.
 * https://tus.io/protocols/resumable-upload#upload-metadata
 */
export function readMetadata(metadata = ''): FileMetadata {
  if (metadata.length > MAX_METADATA_BYTES) throw metadataTooLong(metadata.length)
  const parameters: Record<string, string> = {}
  let mediaType: string | undefined
  for (const [key, entry] of entriesOf(metadata)) {
    const isMediaType = key === 'filetype' || key === 'type'
    if (!isMediaType && !isParameter(key)) continue
    const value = readValue(entry)
    if (value === '') continue
    if (isMediaType) mediaType ??= value
    else parameters[key] = value
  }
  return { parameters, mediaType }
}

/** The entries by their keys. */
function entriesOf(metadata: string): Map<string, string> {
  const entries = new Map<string, string>()
  for (const text of metadata.split(',')) {
    const entry = text.trim()
    const [key = ''] = entry.split(' ', 1)
    if (entries.has(key)) {
      throw new XMediaError(
        'invalid_parameter',
        `Upload-Metadata has the key ${quote(key)} more than once. Send each key once.`,
      )
    }
    if (key !== '') entries.set(key, entry)
  }
  return entries
}

/** The value of an entry, as text. */
function readValue(entry: string): string {
  const [, base64 = '', ...more] = entry.split(/ +/)
  if (more.length > 0) throw malformedEntry(entry)
  try {
    return decodeText(decodeBase64Url(base64))
  } catch {
    throw malformedEntry(entry)
  }
}

function metadataTooLong(bytes: number): XMediaError {
  const [length, limit] = [bytes, MAX_METADATA_BYTES].map((count) => count.toLocaleString('en'))
  const detail = `\`Upload-Metadata\` has ${length} bytes; the limit is ${limit}.`
  return new XMediaError('invalid_parameter', `${detail} Leave keys out, or send \`alt_text\` in the query.`)
}

/** Text that is not UTF-8 is Latin-1: that is what `btoa` takes. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return String.fromCharCode(...bytes)
  }
}

function malformedEntry(entry: string): XMediaError {
  return new XMediaError(
    'invalid_parameter',
    `Upload-Metadata has the invalid entry ${quote(entry)}. Send keys with base64 values, separated by commas.`,
  )
}
